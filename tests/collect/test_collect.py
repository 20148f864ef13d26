"""tests/collect/test_collect.py - collecting evidence on this computer, and judging it as if it were still there."""
import json
import os
import re
import socket
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.environ["TS_SOURCE_ROOT"], "tests/cli"))
from harness import ROOT, check, main, test  # noqa: E402
from net import free_port, listener  # noqa: E402

KB = os.path.join(ROOT, "tests/collect/kb")
GOLDEN = os.path.join(ROOT, "tests/collect/golden")
SECRET = ("HKEY_LOCAL_MACHINE\\SAM", "HKEY_LOCAL_MACHINE\\SECURITY")


def demo(h, *args, **kw):
    return h.run(*args, "--kb", KB, **kw)


def report(h, *args, port, **kw):
    return demo(h, "--code", "0x21", "--host", "127.0.0.1", "--port", str(port), "-v", "--width=0", "--no-session", *args, **kw)


def timeless(text):
    """A report without the times that checks took."""
    return re.sub(r"\((under )?\d+ ms\)|\"ms\": [0-9.]+", "(T)", text)


CONSENT = "I will connect to 127.0.0.1 port %s; I send no password.\n"


def port_of(args):
    return args[args.index("--port") + 1] if "--port" in args else "7"


def collected(h, name, *args, **kw):
    path = h.path(name)
    r = demo(h, "collect", "-o", path, *args, **kw)
    check(r.status == 0 and r.err in ("", CONSENT % port_of(args)), r)
    return path, r


def rows(path, sql):
    db = sqlite3.connect(path)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


@test
def bundle_gives_the_same_report(h):
    server, port = listener()
    with server:
        for p in (port, free_port()):
            bundle, _ = collected(h, "b.db", "--host", "127.0.0.1", "--port", str(p))
            live = report(h, "--here=server", port=p)
            judged = report(h, "--evidence", "server=" + bundle, port=p)
            check(live.status == 0 and "What was checked" in live.out, live)
            check(timeless(live.out) == timeless(judged.out), (live, judged))


@test
def only_the_source_differs_in_json(h):
    port = free_port()
    bundle, _ = collected(h, "b.db", "--host", "127.0.0.1", "--port", str(port))
    live = report(h, "--here=server", "--format=json", port=port)
    judged = report(h, "--evidence", "server=" + bundle, "--format=json", port=port)
    same = judged.out.replace('"source": "bundle"', '"source": "live"')
    check(judged.out != same, judged)
    check(timeless(live.out) == timeless(same), (live, judged))


@test
def what_was_asked_for_is_not_taken_for_all(h):
    """A bundle of one check answers others on the same table, or says that it cannot."""
    port = free_port()
    bundle, _ = collected(h, "b.db", "--host", "127.0.0.1", "--port", str(port))
    server, other = listener()
    with server:
        late, _ = collected(h, "late.db", "--host", "127.0.0.1", "--port", str(port))
        r = h.run("query", "--evidence", late, "--format=json", "SELECT count(*) AS n FROM listening_ports WHERE port = %d" % other)
        doc = json.loads(r.out)
        check(doc["rows"][0]["n"] >= 1 and doc["gaps"] == [], r)
    r = h.run("query", "--evidence", bundle, "--format=json", "SELECT state FROM tcp_connect WHERE host = '127.0.0.1' AND port = 1")
    doc = json.loads(r.out)
    check(doc["rows"] == [] and doc["gaps"][0]["state"] == "not_collected", r)
    r = h.run("query", "--evidence", bundle, "--format=json", "SELECT * FROM uptime")
    check(json.loads(r.out)["gaps"][0]["state"] == "not_collected", r)
    # The same check that was unknown here is unknown there; another one is answered.
    r = h.run("query", "--evidence", bundle, "--format=json",
              "SELECT count(*) AS n FROM process_open_sockets WHERE family = 2 AND protocol = 6")
    check(json.loads(r.out)["gaps"] == [], r)


@test
def part_of_a_log_is_not_the_log(h):
    """The ledger's scope: lines from one time on do not answer for the time before."""
    bundle, _ = collected(h, "b.db", "--here=server", "--port", "7", "--host", "127.0.0.1")
    db = sqlite3.connect(bundle)
    if "scope" not in [r[1] for r in db.execute("PRAGMA table_info(ledger)")]:
        db.execute("ALTER TABLE ledger ADD COLUMN scope TEXT")
    db.execute("CREATE TABLE IF NOT EXISTS windows_eventlog(channel TEXT, datetime TEXT, eventid INTEGER)")
    db.execute("INSERT INTO windows_eventlog(channel, datetime, eventid) VALUES ('System', '2026-11-20T00:00:00.0000000Z', 5)")
    db.execute("DELETE FROM ledger WHERE \"table\" = 'windows_eventlog'")
    db.execute("INSERT INTO ledger(\"table\", subject, state, detail, scope) VALUES ('windows_eventlog', 'System', 'read', '', 'time_range=2026-11-15T00:00:00.000Z')")
    db.commit()
    db.close()
    for where, n, gap in (
            ("time_range = '2026-11-15T00:00:00.000Z'", 1, None),
            ("time_range = '2026-11-19T00:00:00Z'", 1, None),
            ("time_range = '2026-11-19T00:00:00Z;2026-11-19T12:00:00Z'", 0, None),
            ("time_range = '2026-11-14T00:00:00Z'", 1, "partial"),
            ("1", 1, "partial")):
        r = h.run("query", "--evidence", bundle, "--format=json",
                  "SELECT eventid FROM windows_eventlog WHERE channel = 'System' AND " + where)
        doc = json.loads(r.out)
        check(len(doc["rows"]) == n, (where, r))
        check([g["state"] for g in doc["gaps"]] == ([gap] if gap else []), (where, r))


@test
def the_list_says_what_is_in_it(h):
    bundle, r = collected(h, "b.db", "--host", "127.0.0.1", "--port", "9")
    for word in ("In it", "os_version: 1 row", "tcp_connect 127.0.0.1:9: 1 row", "Not available on this system: registry", "--redact"):
        check(word in r.out, "%s missing in %r" % (word, r))
    info = dict(rows(bundle, "SELECT key, value FROM bundle"))
    check(info["as_of"] == "1795305600" and info["host"] == socket.gethostname() and len(info["kb"]) == 64, info)
    check(os.stat(bundle).st_mode & 0o777 == 0o600, oct(os.stat(bundle).st_mode))
    _, r = collected(h, "c.db")
    check("1 check did not run, for want of --host VALUE." in r.out, r)


@test
def secrets_are_never_read(h):
    bundle, _ = collected(h, "b.db", "--host", "127.0.0.1")
    lines = rows(bundle, "SELECT subject, state, detail FROM ledger WHERE \"table\" = 'registry'")
    secret = [line for line in lines if line[0].upper().startswith(SECRET)]
    check(len(secret) == 1 and secret[0][1] == "not_collected" and "never" in secret[0][2], lines)
    r = demo(h, "--code", "0x22", "--evidence", "server=" + bundle, "--no-session")
    check("never collected" in r.out, r)


@test
def redacted(h):
    name = socket.gethostname()
    bundle, r = collected(h, "b.db", "--host", "127.0.0.1", "--redact")
    with open(bundle, "rb") as f:
        data = f.read()
    check(dict(rows(bundle, "SELECT key, value FROM bundle"))["redact"] == "strict", r)
    for (address,) in rows(bundle, "SELECT address FROM interface_addresses"):
        check(not re.match(r"\d+\.\d+\.\d+\.\d+$", address) or address.startswith("127."), address)
    if len(name) > 1 and not name.isdigit():
        check(name.encode() not in re.findall(rb"[A-Za-z0-9-]+", data), name)
    check("pseudonyms" in r.out and "--redact replaces" not in r.out, r)
    _, r = collected(h, "n.db", "--redact=names", "--host", "127.0.0.1")
    check("pseudonyms" in r.out, r)


@test
def mistakes_are_named(h):
    for args, words in (
            (["collect"], ["collect -o bundle.db"]),
            (["collect", "-o"], ["collect -o bundle.db"]),
            (["collect", "-o", h.path("x.db"), "more"], ["--entry=ID"]),
            (["collect", "-o", h.path("x.db"), "--here=nobody"], ["nobody"]),
            (["collect", "-o", h.path("x.db"), "--entry", "demo/linus"], ["demo/linus", "demo/linux"]),
            (["collect", "-o", h.path("x.db"), "--set", "colour=red"], ["colour"]),
            (["collect", "-o", h.path("x.db"), "--set", "colour"], ["NAME=VALUE"]),
            (["collect", "-o", h.path("x.db"), "--host", "a b"], ["--host", "a b"]),
            (["collect", "--script=cmd"], ["bat or powershell"])):
        r = demo(h, *args)
        check(r.status == 2 and r.out == "", (args, r))
        for w in words:
            check(w in r.err, (args, w, r))
        check(not os.path.exists(h.path("x.db")), args)
    r = demo(h, "collect", "-o", h.path("no/such/folder/x.db"))
    check(r.status == 70 and "no/such/folder" in r.err, r)


@test
def an_old_file_is_replaced_whole(h):
    path = h.write("b.db", "what was there")
    collected(h, "b.db", "--entry", "demo/linux", "--here", "server")
    check(rows(path, "SELECT count(*) FROM os_version") == [(1,)])
    check(sorted(os.listdir(h.dir))[:1] == ["b.db"] and not [n for n in os.listdir(h.dir) if n.startswith("b.db.")], os.listdir(h.dir))



# ---- scripts for Windows ----

def golden(name, text):
    """What the script is, to the byte. TS_ACCEPT=1 writes it anew, to be read before it is kept."""
    path = os.path.join(GOLDEN, name)
    text = re.sub(rb"troubleshoot \d[0-9.]*", b"troubleshoot VERSION", text)
    if os.environ.get("TS_ACCEPT"):
        with open(path, "wb") as f:
            f.write(text)
    with open(path, "rb") as f:
        want = f.read()
    if text != want:
        got, old = text.splitlines(), want.splitlines()
        diff = [(g, w) for g, w in zip(got + [b""] * len(old), old + [b""] * len(got)) if g != w]
        raise AssertionError("%s differs: got %r, want %r" % (name, diff[0][0], diff[0][1]))


def script(h, *args):
    r = demo(h, "collect", *args)
    check(r.status == 0, r)
    return r


@test
def scripts_are_as_reviewed(h):
    for shell, name in (("bat", "collect.bat"), ("powershell", "collect.ps1")):
        r = script(h, "--script=" + shell)
        golden(name, r.out_bytes)
        check("2 names that cannot be quoted safely were left out" in r.err, r)
        check(r.out_bytes.count(b"\n") == r.out_bytes.count(b"\r\n"), "line ends")
        check(all(b < 127 for b in r.out_bytes), "not ASCII")
        check("calc" not in r.out and "\\SAM" not in r.out and "Winlogon\"" not in r.out, r)
    r = script(h, "--script=bat", "--since=3d", "--here=client")
    check("<= 259200000]" in r.out and "Demo's client" in r.out and "wevtutil.exe epl" in r.out and "call :events" not in r.out, r)
    r = script(h, "--script=powershell", "--entry=demo/windows")
    check("'HKEY_CURRENT_USER\\Software\\Demo''s client'" in r.out and "'Microsoft-Windows-Demo''s/Operational'" in r.out, r)
    check("uptime" not in r.out, r)


@test
def scripts_change_nothing(h):
    """Every program that is called is one that reads, and writes nowhere but in the script's folder."""
    readers = {"wevtutil.exe epl", "reg.exe export", "systeminfo.exe", "netstat.exe -ano", "sc.exe queryex", "sc.exe qc", "fltmc.exe",
               "certutil.exe -store", "tasklist.exe", "qwinsta.exe", "ipconfig.exe /all", "route.exe print",
               "netsh.exe advfirewall show", "wevtutil.exe $arguments"}
    for shell in ("bat", "powershell"):
        r = script(h, "--script=" + shell)
        for line in r.out.splitlines():
            if line.startswith(("#", "rem ")):
                continue
            for call in re.finditer(r"\w+\.exe[^|>]*", line):
                check(any(call.group().startswith(x) for x in readers), line)
            for to in re.findall(r"(?<![<2])>+ *(\S+)", line):
                check(to.startswith(("nul", "\"%OUT%\\", "&1", "$null")), line)


def reg(key, values):
    lines = ["Windows Registry Editor Version 5.00", ""]
    for k, v in values.items():
        lines += ["[%s%s]" % (key, k), *v, ""]
    return "\ufeff" .encode("utf-16-le") + "\r\n".join(lines).encode("utf-16-le")


NETSTAT = """
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       912
  TCP    0.0.0.0:3389           0.0.0.0:0              LISTENING       1044
  UDP    0.0.0.0:3389           *:*                                    1044
"""


@test
def the_scripts_folder_is_understood(h):
    """What the script would bring from a machine, made by hand, answers the checks it was made for."""
    r = script(h, "--script=bat", "--entry=demo/windows", "--here=server")
    content = {
        "Policies": {"": ['"x"=dword:00000001']},
        "Terminal Server": {"": ['"fDenyTSConnections"=dword:00000000'], "\\WinStations\\RDP-Tcp": ['"PortNumber"=dword:00000d3d']},
        "Services": {"": [], "\\TermService": ['"Start"=dword:00000003']},
        "Rooms": {"\\1\\Windows": []},
    }
    for key, name in re.findall(r'call :key "([^"]+)" "([^"]+)"', r.out):
        values = content[key.split("\\")[-1]]
        h.write("folder/" + name, reg(key, values))
    h.write("folder/netstat.txt", NETSTAT.replace("\n", "\r\n"))
    r = demo(h, "--code=0x23", "--evidence=server=" + h.path("folder"), "--format=json", "--no-session")
    checks = {c["node"]: c for c in json.loads(r.out)["checks"]}
    check(checks["is-it-switched-off"]["result"] == "absent" and checks["is-it-switched-off"]["state"] == "answered", checks)
    check(checks["nothing-listens"]["result"] == "absent" and checks["nothing-listens"]["rows"][0]["processes"] == "1044", checks)
    # No event log was among the files, and the policies that are not there are known not to be.
    check(checks["the-logs-tell-more"]["state"] == "unknown", checks)
    tables = {g["table"] for g in checks["the-logs-tell-more"]["gaps"]}
    check("windows_eventlog" in tables, checks)


main()
