"""tests/evidence/test_texts.py - output of programs of Windows as people save it: languages, encodings, odd and half texts. The texts
are made by hand after the programs' own; the real ones are in test_files.py."""
import json
import os

from harness import check, main, test

SC = """
SERVICE_NAME: TermService
DISPLAY_NAME: Remote Desktop Services
        TYPE               : 30  WIN32
        STATE              : 4  RUNNING
                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
        SERVICE_EXIT_CODE  : 0  (0x0)
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
        PID                : 1044
        FLAGS              :

SERVICE_NAME: SessionEnv
DISPLAY_NAME: Remote Desktop Configuration
        TYPE               : 20  WIN32_SHARE_PROCESS
        STATE              : 1  STOPPED
        WIN32_EXIT_CODE    : 1077  (0x435)
        SERVICE_EXIT_CODE  : 0  (0x0)
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
        PID                : 0
        FLAGS              :

SERVICE_NAME: TermDD
DISPLAY_NAME: Terminal Device Driver
        TYPE               : 1  KERNEL_DRIVER
        STATE              : 4  RUNNING
                                (NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
        SERVICE_EXIT_CODE  : 0  (0x0)
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
        PID                : 0
        FLAGS              :
"""
SPANISH = """
NOMBRE_SERVICIO: TermService
NOMBRE_MOSTRAR : Servicios de Escritorio remoto
        TIPO               : 30  WIN32
        ESTADO             : 1  STOPPED
        C\u00d3D_SALIDA_WIN32   : 1068  (0x42c)
        C\u00d3D_SALIDA_SERV.   : 0  (0x0)
        PUNTO COMPROB.     : 0x0
        INDICACI\u00d3N_ESPERA  : 0x0
"""
QC = """[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: TermService
        TYPE               : 10  WIN32_OWN_PROCESS
        START_TYPE         : 3   DEMAND_START
        ERROR_CONTROL      : 1   NORMAL
        BINARY_PATH_NAME   : C:\\Windows\\System32\\svchost.exe -k NetworkService
        LOAD_ORDER_GROUP   :
        TAG                : 0
        DISPLAY_NAME       : Remote Desktop Services
        DEPENDENCIES       : RPCSS
        SERVICE_START_NAME : NT Authority\\NetworkService
"""
REG = """Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services]

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\TermService]
"DisplayName"="@%SystemRoot%\\\\System32\\\\termsrv.dll,-268"
"Start"=dword:00000003
"Type"=dword:00000030

[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\UmRdpService]
"Start"=dword:00000003
"Type"=dword:00000020
"""
STATES = "SELECT name, status, pid, win32_exit_code FROM services ORDER BY name"
TASKS = ('"Image Name","PID","Session Name","Session#","Mem Usage","Status","User Name","CPU Time","Window Title"\n'
         '"System Idle Process","0","Services","0","8 K","Unknown","NT AUTHORITY\\SYSTEM","12:00:00","N/A"\n'
         '"svchost.exe","1044","Services","0","21,024 K","Unknown","NT AUTHORITY\\NETWORK SERVICE","0:00:01","N/A"\n')


def crlf(text):
    return text.replace("\n", "\r\n")


def ask(h, sql, *paths):
    """Rows and gaps of a query over the files."""
    r = h.run("query", *["--evidence=m=" + p for p in paths], "--format=json", sql)
    check(r.status == 0, r)
    doc = json.loads(r.out)
    return [list(x.values()) for x in doc["rows"]], doc["gaps"]


# ---- services ----

@test
def services_that_run(h):
    for data in (SC, crlf(SC).encode("utf-16"), b"\xfe\xff" + crlf(SC).encode("utf-16-be"), crlf(SC).encode("utf-8-sig")):
        rows, gaps = ask(h, STATES, h.write("s", data))
        check(rows == [["SessionEnv", "STOPPED", 0, 1077], ["TermDD", "RUNNING", 0, 0], ["TermService", "RUNNING", 1044, 0]] and not gaps, rows)


@test
def services_in_spanish(h):
    for encoding in ("utf-8", "cp850", "utf-16"):
        rows, gaps = ask(h, "SELECT name, status, win32_exit_code FROM services WHERE name = 'termservice'", h.write("s", crlf(SPANISH).encode(encoding)))
        check(rows == [["TermService", "STOPPED", 1068]], rows)
        check(gaps and gaps[0]["state"] == "partial", gaps)


@test
def set_up_of_one_service_is_no_list(h):
    doc = json.loads(h.run("evidence", "--format=json", h.write("qc", crlf(QC))).out)
    check(not doc["found"] and doc["skipped"], doc)


@test
def services_of_both(h):
    """The registry says how, sc whether; where sc names nobody else the list is whole."""
    reg, sc = h.write("a.reg", crlf(REG)), h.write("sc.txt", crlf(SC))
    rows, gaps = ask(h, "SELECT name, start_type, status, display_name FROM services WHERE name = 'TermService'", reg, sc)
    check(rows == [["TermService", "DEMAND_START", "RUNNING", "Remote Desktop Services"]] and not gaps, (rows, gaps))
    rows, gaps = ask(h, "SELECT name, status FROM services ORDER BY name", reg, sc)
    check([r[0] for r in rows] == ["SessionEnv", "TermDD", "TermService"] and not gaps, (rows, gaps))
    # Without drivers and stopped ones it may be a part: what it does not name is not known.
    part = h.write("part.txt", crlf(SC.split("SERVICE_NAME: SessionEnv")[0]))
    rows, gaps = ask(h, "SELECT status FROM services WHERE name = 'UmRdpService'", reg, part)
    check(rows == [[None]] and gaps[0]["state"] == "partial", (rows, gaps))
    rows, gaps = ask(h, "SELECT status FROM services WHERE name = 'TermService'", reg, part)
    check(rows == [["RUNNING"]] and not gaps, (rows, gaps))
    rows, gaps = ask(h, "SELECT status FROM services WHERE name = 'TermService'", reg)
    check(rows == [[None]] and gaps[0]["state"] == "not_collected" and "sc queryex" in gaps[0]["detail"], gaps)
    rows, gaps = ask(h, "SELECT start_type FROM services WHERE name = 'TermService'", sc)
    check(gaps[0]["state"] == "not_collected" and "hive" in gaps[0]["detail"], gaps)


@test
def cut_texts(h):
    """Whatever a text is cut at, nothing is made up."""
    whole = crlf(SC)
    for n in range(0, len(whole), 9):
        r = h.run("evidence", "--format=json", h.write("cut", whole[:n]))
        doc = json.loads(r.out)
        if doc["found"]:
            rows, _ = ask(h, STATES, h.path("cut"))
            check(all(r[1] in ("RUNNING", "STOPPED") and r[0] in ("TermService", "SessionEnv", "TermDD") for r in rows), rows)


# ---- processes ----

@test
def processes(h):
    for data in (crlf(TASKS), crlf(TASKS).encode("utf-16"), crlf(TASKS.replace("Image Name", "Abbildname")).encode("cp850")):
        rows, gaps = ask(h, "SELECT pid, name FROM processes ORDER BY pid", h.write("t.csv", data))
        check(rows == [[0, "System Idle Process"], [1044, "svchost.exe"]] and not gaps, rows)
    rows, gaps = ask(h, "SELECT cmdline FROM processes WHERE pid = 1044", h.path("t.csv"))
    check(rows == [[None]] and gaps[0]["state"] == "partial", gaps)


# ---- sockets ----

NETSTATS = {
    "fr": ("  Proto  Adresse locale         Adresse distante       \u00c9tat\n  TCP    0.0.0.0:3389           0.0.0.0:0              LISTENING       1044\n"
           "  TCP    10.0.0.5:3389          10.0.0.9:50123         ESTABLISHED     1044\n  UDP    0.0.0.0:3389           *:*                                    1044\n"),
    "ja": ("  \u30d7\u30ed\u30c8\u30b3\u30eb  \u30ed\u30fc\u30ab\u30eb \u30a2\u30c9\u30ec\u30b9          \u5916\u90e8\u30a2\u30c9\u30ec\u30b9        \u72b6\u614b           PID\n"
           "  TCP         0.0.0.0:3389           0.0.0.0:0              LISTENING       1044\n"
           "  TCP         10.0.0.5:3389          10.0.0.9:50123         ESTABLISHED     1044\n  UDP         0.0.0.0:3389           *:*                                    1044\n"),
    "ru": ("  \u0418\u043c\u044f    \u041b\u043e\u043a\u0430\u043b\u044c\u043d\u044b\u0439 \u0430\u0434\u0440\u0435\u0441        \u0412\u043d\u0435\u0448\u043d\u0438\u0439 \u0430\u0434\u0440\u0435\u0441\n"
           "  TCP    0.0.0.0:3389           0.0.0.0:0              LISTENING       1044\n"
           "  TCP    10.0.0.5:3389          10.0.0.9:50123         ESTABLISHED     1044\n  UDP    0.0.0.0:3389           *:*                                    1044\n"),
    # -anob, with programs and what could not be told
    "b": ("  Proto  Local Address          Foreign Address        State           PID\n"
          "  TCP    0.0.0.0:3389           0.0.0.0:0              LISTENING       1044\n  TermService\n [svchost.exe]\n"
          "  TCP    10.0.0.5:3389          10.0.0.9:50123         ESTABLISHED     1044\n Can not obtain ownership information\n"
          "  UDP    0.0.0.0:3389           *:*                                    1044\n [svchost.exe]\n"),
}


@test
def netstat_in_other_languages(h):
    for name, text in NETSTATS.items():
        for data in (text, crlf(text).encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), crlf(text).encode("utf-8-sig")):
            rows, gaps = ask(h, "SELECT protocol, local_port, state, pid FROM process_open_sockets", h.write("n", data))
            check(rows == [[6, 3389, "LISTEN", 1044], [6, 3389, "ESTABLISHED", 1044], [17, 3389, "", 1044]] and not gaps, (name, rows))


# ---- xrdp ----

XRDP = """[20240131-12:34:56] [INFO ] starting xrdp with pid 812
[20240131-12:35:00] [INFO ] Socket 12: AF_INET connection received from 192.0.2.7 port 50123
[20240131-12:35:01] [INFO ] Using default X.509 certificate: /etc/xrdp/cert.pem
[20240131-12:35:01] [ERROR] Cannot read private key file /etc/xrdp/key.pem: Permission denied
a line that goes on
"""
SESMAN = """[2024-01-31T12:35:10.123+0100] [INFO ] starting xrdp-sesman with pid 700
[2024-01-31T12:35:11.456+0100] [ERROR] sesman_data_in: pam_authenticate failed: Authentication failure
[2024-01-31T12:35:12.000+0100] [INFO ] AUTHFAIL: user=me ip=192.0.2.7 time=1706700912
"""
LOG = "SELECT line, datetime, level, message FROM log_file WHERE path = '%s'"


@test
def logs_of_xrdp(h):
    """Told apart by what they say, in a folder and in an archive, in whatever order and encoding."""
    h.write("srv/a", XRDP)
    h.write("srv/b", crlf(SESMAN).encode("utf-8-sig"))
    rows, gaps = ask(h, LOG % "/var/log/xrdp.log" + " AND level = 'ERROR'", h.path("srv"))
    check(rows == [[4, "2024-01-31T12:35:01.000Z", "ERROR", "Cannot read private key file /etc/xrdp/key.pem: Permission denied"]] and not gaps, rows)
    rows, gaps = ask(h, LOG % "/var/log/xrdp-sesman.log" + " AND message LIKE 'AUTHFAIL%'", h.path("srv"))
    check(rows[0][:3] == [3, "2024-01-31T11:35:12.000Z", "INFO"] and not gaps, rows)
    rows, gaps = ask(h, LOG % "/var/log/xrdp.log", h.path("srv/b"))
    check(not rows and gaps[0]["state"] == "not_collected", gaps)
    rows, gaps = ask(h, "SELECT platform FROM os_version", h.path("srv"))
    check(rows == [["linux"]] and not gaps, (rows, gaps))


@test
def rotated_logs_of_xrdp(h):
    """One log after the other, by their times, and numbered on."""
    h.write("srv/xrdp.log", XRDP.replace("20240131", "20240202"))
    h.write("srv/xrdp.log.1", XRDP)
    rows, gaps = ask(h, "SELECT line, datetime FROM log_file WHERE path = '/var/log/xrdp.log' AND message LIKE 'starting%'", h.path("srv"))
    check(rows == [[1, "2024-01-31T12:34:56.000Z"], [6, "2024-02-02T12:34:56.000Z"]] and not gaps, rows)


@test
def times_without_a_zone(h):
    """Nobody knows the zone of the computer: near the ends of a time range that is said."""
    path = h.write("x.log", XRDP)
    def within(span):
        rows, gaps = ask(h, "SELECT count(*) FROM log_file WHERE path = '/var/log/xrdp.log' AND time_range = '%s'" % span, path)
        return rows[0][0], [g["state"] for g in gaps]
    check(within("2024-01-01T00:00:00Z") == (5, []), within("2024-01-01T00:00:00Z"))
    check(within("2024-03-01T00:00:00Z") == (0, []))
    check(within("2024-01-31T20:00:00Z") == (5, ["partial"]), within("2024-01-31T20:00:00Z"))


@test
def other_logs_are_none_of_xrdp(h):
    for text in ("[20240131-12:34:56] [INFO ] hello\n", "Jan 31 12:34:56 srv sshd[1]: Accepted\n", "[INFO ] TLS\n"):
        doc = json.loads(h.run("evidence", "--format=json", h.write("l", text * 5)).out)
        check(not doc["found"], doc)


# ---- the whole of what a script brings ----

@test
def folder_of_a_script(h):
    for name, text in (("services.txt", SC), ("processes.csv", TASKS), ("netstat.txt", NETSTATS["b"]), ("10-Services.reg", REG)):
        h.write("f/" + name, crlf(text).encode("utf-16"))
    rows, gaps = ask(h, "SELECT p.name AS program, s.name FROM listening_ports l JOIN processes p ON p.pid = l.pid JOIN services s ON s.pid = l.pid"
                     " WHERE l.port = 3389 AND l.protocol = 6", h.path("f"))
    check(rows == [["svchost.exe", "TermService"]] and not gaps, (rows, gaps))
    doc = json.loads(h.run("evidence", "--format=json", h.path("f")).out)
    check(sorted(f["kind"] for f in doc["found"]) == ["netstat output", "processes as tasklist lists them", "registry export",
                                                      "services as sc lists them"] and not doc["skipped"], doc)
    check(os.path.exists(h.path("f/services.txt")))


main()
