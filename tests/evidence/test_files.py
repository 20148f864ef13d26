"""tests/evidence/test_files.py - every fact of the real files that a table shows, through SQL."""
import datetime
import json
import os
import re
import shutil
import subprocess

from facts import SHARED, query, quoted, readme, rows, section, shared, unpacked, values
from harness import ROOT, Home, Skip, check, main, test

HKLM = "HKEY_LOCAL_MACHINE\\"
RDP = HKLM + "SYSTEM\\CurrentControlSet\\Control\\Terminal Server"


# ---- registry hives ----

def expected(cell):
    """The README's data as state and text of registry_value."""
    cell = cell.strip("`")
    if cell == "absent":
        return None
    if cell.startswith("dword "):
        return cell[6:]
    if cell.startswith("binary "):
        return cell[7:].upper()
    data = json.loads(cell.replace("\\", "\\\\"))
    return ",".join(data) if isinstance(data, list) else data


def facts_of_hive(h, title, path, root):
    count = 0
    for value, data, *_ in rows(section(title)):
        if not value.startswith("`"):
            continue
        key, name = value.strip("`").rsplit("\\", 1)
        keys = [root + "\\" + key]
        if key.startswith("ControlSet001"):
            keys.append(root + "\\CurrentControlSet" + key[13:].upper())
        for k in keys:
            got = values(h, path, "SELECT state, data FROM registry_value WHERE key = %s AND name = %s" % (quoted(k), quoted(name)))
            want = expected(data)
            if got == [] and want is None and "dirty" in title:
                continue  # the key is not there, but the logs, which are not there either, could have made it
            check(len(got) == 1, (k, name, got))
            check(got[0][1] == want and (want is not None) == (got[0][0] == "present"), (k, name, got, want))
        count += 1
    check(count >= 9, "only %d facts" % count)


@test
def win7_system(h):
    facts_of_hive(h, "registry/win7-rdp-on/SYSTEM", unpacked("registry/win7-rdp-on/SYSTEM"), HKLM + "SYSTEM")


@test
def win7_software(h):
    facts_of_hive(h, "registry/win7-rdp-on/SOFTWARE", unpacked("registry/win7-rdp-on/SOFTWARE"), HKLM + "SOFTWARE")


@test
def win10_system(h):
    facts_of_hive(h, "registry/win10-dirty-with-logs/SYSTEM", unpacked("registry/win10-dirty-with-logs/SYSTEM"), HKLM + "SYSTEM")


@test
def ntuser(h):
    facts_of_hive(h, "registry/ntuser-rdp-client-history.dat", unpacked("registry/ntuser-rdp-client-history.dat"), "HKEY_CURRENT_USER")


@test
def keys_and_values_of_every_hive(h):
    """As many as hivex counts; of the cut one what hivex gives."""
    for file, origin, head, hivex, *_ in rows(section("Registry hives")):
        m = re.match(r"(\d+) keys, (\d+) values", hivex)
        if not m or file == "registry/dirty-flag-security":
            continue
        got = query(h, unpacked(file), "SELECT count(*) AS n FROM registry")
        check(got["rows"][0]["n"] == int(m[1]) - 1 + int(m[2]), (file, got, hivex))
        partial = "DIRTY" in head or file == "registry/truncated-hive"
        check(bool(got["gaps"]) == partial, (file, got["gaps"]))


@test
def security_is_never_read(h):
    r = query(h, shared("registry/dirty-flag-security"), "SELECT count(*) AS n FROM registry")
    check(r["rows"][0]["n"] == 0 and r["gaps"][0]["state"] == "not_collected", r)
    r = h.run("evidence", shared("registry/dirty-flag-security"))
    check("never read: it holds secrets" in " ".join(r.out.split()), r)


@test
def damaged_hives(h):
    """hivex refuses it; what is good of it is shown, and that it is not all."""
    r = query(h, unpacked("registry/damaged-system-unreadable"), "SELECT count(*) AS n FROM registry")
    check(r["rows"][0]["n"] > 1000 and r["gaps"][0]["state"] == "partial", r)
    r = query(h, unpacked("registry/damaged-system-unreadable"),
              "SELECT state FROM registry_value WHERE key = %s AND name = 'fDenyTSConnections'" % quoted(RDP))
    check(r["gaps"] and r["gaps"][0]["state"] in ("partial", "not_collected"), r)


@test
def logs_are_replayed(h):
    """The hive with its logs is what Windows 10 made of it."""
    sql = "SELECT replace(key, 'HIVE:RecoveredHive_Windows10', 'HIVE:NewDirtyHive'), name, type, data FROM registry"
    folder = h.path("dirty")
    os.mkdir(folder)
    for name in ("NewDirtyHive", "NewDirtyHive.LOG1", "NewDirtyHive.LOG2"):
        shutil.copy(shared("registry/dirty-new-log-format/" + name), folder)
    replayed = query(h, folder, sql)
    windows = query(h, shared("registry/dirty-new-log-format/RecoveredHive_Windows10"), sql)
    check(not replayed["gaps"] and not windows["gaps"], (replayed["gaps"], windows["gaps"]))
    check(list(map(list, map(dict.values, replayed["rows"]))) == list(map(list, map(dict.values, windows["rows"]))), "rows differ")
    stale = query(h, shared("registry/dirty-new-log-format/NewDirtyHive"), sql)
    check(len(stale["rows"]) == 6 and stale["gaps"][0]["state"] == "partial" and ".LOG1" in stale["gaps"][0]["detail"], stale)


@test
def win10_with_its_logs(h):
    for name in ("SYSTEM", "SYSTEM.LOG1", "SYSTEM.LOG2"):
        path = unpacked("registry/win10-dirty-with-logs/" + name)
    r = query(h, os.path.dirname(path), "SELECT data FROM registry_value WHERE key = %s AND name = 'fDenyTSConnections'" % quoted(RDP))
    check(r["rows"] == [{"data": "1"}] and not r["gaps"], r)
    n = values(h, os.path.dirname(path), "SELECT sum(type = 'subkey'), sum(type <> 'subkey') FROM registry")
    check(n == [(35594, 78901)], n)


@test
def compressed_hive_as_it_is(h):
    r = query(h, shared("registry/win7-rdp-on"), "SELECT port, deny_connections FROM rdp_listener WHERE name = 'RDP-Tcp'")
    check(r["rows"] == [{"port": 3389, "deny_connections": 0}] and not r["gaps"], r)


@test
def five_answers(h):
    """Present, absent value, absent key, unreadable, not collected."""
    def ask(path, key, name):
        r = query(h, path, "SELECT state, data FROM registry_value WHERE key = %s AND name = %s" % (quoted(key), quoted(name)))
        return [x["state"] for x in r["rows"]], [g["state"] for g in r["gaps"]]
    system = unpacked("registry/win7-rdp-on/SYSTEM")
    check(ask(system, RDP, "fdenytsconnections") == (["present"], []))
    check(ask(system, RDP, "NoSuchValue") == (["absent-value"], []))
    check(ask(system, RDP + "\\NoSuchKey", "x") == (["absent-key"], []))
    check(ask(system, HKLM + "SOFTWARE\\Microsoft", "x") == ([], ["not_collected"]))
    check(ask(unpacked("registry/win10-dirty-with-logs/SYSTEM"), RDP + "\\NoSuchKey", "x") == ([], ["partial"]))
    check(ask(shared("text/reg/win7-rdp-on-terminal-server.reg"), HKLM + "SYSTEM\\ControlSet001\\Control\\Lsa", "x") == ([], ["not_collected"]))
    check(ask(shared("text/reg/win7-rdp-on-terminal-server.reg"), HKLM + "SYSTEM\\ControlSet001\\Control\\Terminal Server\\Nothing", "x")
          == (["absent-key"], []))


@test
def as_hivex_has_it(h):
    """Every value of the Terminal Server keys, as hivexget of libhivex-bin prints them."""
    if shutil.which("hivexget") is None:
        raise Skip("no hivexget")
    system = unpacked("registry/win7-rdp-on/SYSTEM")
    for key in ("Control\\Terminal Server", "Control\\Terminal Server\\WinStations\\RDP-Tcp", "Services\\TermService", "Control\\Lsa"):
        out = subprocess.run(["hivexget", system, "\\ControlSet001\\" + key], capture_output=True, check=True).stdout.decode()
        names = {m[1] for m in re.finditer(r'^"((?:[^"\\]|\\.)*)"=', out, re.M)}
        got = values(h, system, "SELECT name, data, type FROM registry WHERE key = %s AND type <> 'subkey'" %
                     quoted(HKLM + "SYSTEM\\CurrentControlSet\\" + key))
        check({g[0] for g in got} - {"(Default)"} == names, (key, names, got))
        for name, data, kind in got:
            m = re.search(r'^"%s"=dword:([0-9a-f]{8})' % re.escape(name), out, re.M)
            if kind == "REG_DWORD":
                check(m and int(data) & 0xFFFFFFFF == int(m[1], 16), (key, name, data))


# ---- exports ----

@test
def exports(h):
    for file, origin, text, *_ in rows(section("Text evidence")):
        m = re.search(r"(\d+) keys, (\d+) values", text)
        if not m or not file.endswith(".reg"):
            continue
        got = values(h, shared(file), "SELECT count(*) FROM registry WHERE type <> 'subkey'")
        check(got == [(int(m[2]),)], (file, got, m[0]))


@test
def export_is_as_the_hive(h):
    """The .reg files were made from the hive: each value of them is the hive's."""
    sql = ("SELECT key, name, type, data FROM registry WHERE key = %s AND type <> 'subkey' ORDER BY name")
    system = unpacked("registry/win7-rdp-on/SYSTEM")
    base = HKLM + "SYSTEM\\ControlSet001\\"
    for key in ("Control\\Terminal Server", "Control\\Terminal Server\\WinStations\\RDP-Tcp", "Services\\TermService",
                "Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules"):
        want = query(h, system, sql % quoted(base + key))["rows"]
        for file in ("text/reg/win7-rdp-on-terminal-server.reg", "text/reg/win7-rdp-on-terminal-server-ascii.reg"):
            got = query(h, shared(file), sql % quoted(base + key))
            check(got["rows"] == want and want and not got["gaps"], (file, key, len(got["rows"]), len(want)))


@test
def export_of_a_numbered_control_set(h):
    """That ControlSet001 is the current one is likely, not certain."""
    r = query(h, shared("text/reg/win7-rdp-on-terminal-server.reg"),
              "SELECT data FROM registry_value WHERE key = %s AND name = 'fDenyTSConnections'" % quoted(RDP))
    check(r["rows"] == [{"data": "0"}] and r["gaps"][0]["state"] == "partial", r)


@test
def script_does_not_say_what_is_absent(h):
    path = shared("text/reg/gpo-startup-script-utf16.reg")
    key = HKLM + "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Group Policy\\Scripts\\Startup\\0"
    r = query(h, path, "SELECT state, data FROM registry_value WHERE key = %s AND name = 'GPO-ID'" % quoted(key))
    check(r["rows"] == [{"state": "present", "data": "LocalGPO"}], r)
    r = query(h, path, "SELECT state FROM registry_value WHERE key = %s AND name = 'x'" % quoted(key + "\\none"))
    check(not r["rows"] and r["gaps"], r)


@test
def client_history_export(h):
    got = values(h, shared("text/reg/ntuser-terminal-server-client.reg"),
                 "SELECT name, data FROM registry WHERE key = 'HKEY_CURRENT_USER\\Software\\Microsoft\\Terminal Server Client\\Default'"
                 " AND name LIKE 'MRU%' ORDER BY name")
    check(got[0] == ("MRU0", "10.1.4.108") and len(got) == 5, got)


# ---- derived tables ----

@test
def services(h):
    system = unpacked("registry/win7-rdp-on/SYSTEM")
    r = query(h, system, "SELECT name, start_type, user_account FROM services WHERE name IN ('TermService', 'TermDD', 'MpsSvc') ORDER BY name")
    check([tuple(x.values()) for x in r["rows"]] == [("MpsSvc", "AUTO_START", "NT Authority\\LocalService"), ("TermDD", "SYSTEM_START", ""),
          ("TermService", "DEMAND_START", "NT Authority\\NetworkService")] and not r["gaps"], r)
    r = query(h, system, "SELECT status FROM services WHERE name = 'TermService'")
    check(r["rows"] == [{"status": None}] and r["gaps"][0]["state"] == "not_collected" and "runs" in r["gaps"][0]["detail"], r)


@test
def firewall(h):
    folder = os.path.dirname(unpacked("registry/win7-rdp-on/SYSTEM"))
    unpacked("registry/win7-rdp-on/SOFTWARE")
    r = query(h, folder, "SELECT enabled, direction, action, protocol, local_ports, profile_domain, profile_private, profile_public"
              " FROM windows_firewall_rules WHERE grouping = '@FirewallAPI.dll,-28752' AND enabled = 1")
    check([list(x.values()) for x in r["rows"]] == [[1, "In", "Allow", "TCP", "3389", 1, 1, 0]] and not r["gaps"], r)
    r = query(h, folder, "SELECT profile, enabled, default_inbound, source FROM windows_firewall_profiles")
    check([list(x.values()) for x in r["rows"]] == [[p, 1, "block", "local"] for p in ("domain", "private", "public")], r)
    # Without the SOFTWARE hive nobody knows what policies add.
    r = query(h, folder + "/SYSTEM", "SELECT count(*) AS n FROM windows_firewall_rules")
    check(r["rows"][0]["n"] > 300 and r["gaps"][0]["state"] == "not_collected", r)


@test
def listener(h):
    folder = os.path.dirname(unpacked("registry/win7-rdp-on/SYSTEM"))
    unpacked("registry/win7-rdp-on/SOFTWARE")
    sql = ("SELECT port, enabled, deny_connections, deny_connections_source, security_layer, user_authentication, min_encryption_level,"
           " certificate_source FROM rdp_listener WHERE name = 'RDP-Tcp'")
    r = query(h, folder, sql)
    check([list(x.values()) for x in r["rows"]] == [[3389, 1, 0, "local", 1, 0, 2, "self-signed"]] and not r["gaps"], r)
    r = query(h, folder + "/SYSTEM", sql)
    check(r["rows"] and r["gaps"][0]["state"] == "not_collected" and "SOFTWARE" in r["gaps"][0]["detail"], r)
    r = query(h, folder + "/SYSTEM", "SELECT port FROM rdp_listener WHERE name = 'RDP-Tcp'")
    check(r["rows"] == [{"port": 3389}] and not r["gaps"], r)


@test
def policy_wins(h):
    path = h.write("policy.reg", "Windows Registry Editor Version 5.00\r\n\r\n[%s]\r\n\"fDenyTSConnections\"=dword:00000000\r\n\r\n"
                   "[%s\\WinStations]\r\n\r\n[%s\\WinStations\\RDP-Tcp]\r\n\"PortNumber\"=dword:00000d3d\r\n\"SecurityLayer\"=dword:00000002\r\n\r\n"
                   "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services]\r\n\"fDenyTSConnections\"=dword:00000001\r\n"
                   % (RDP, RDP, RDP))
    r = query(h, path, "SELECT port, deny_connections, deny_connections_source, security_layer, security_layer_source FROM rdp_listener")
    check([list(x.values()) for x in r["rows"]] == [[3389, 1, "policy", 2, "local"]] and not r["gaps"], r)


@test
def version_and_names(h):
    folder = os.path.dirname(unpacked("registry/win7-rdp-on/SYSTEM"))
    unpacked("registry/win7-rdp-on/SOFTWARE")
    r = query(h, folder, "SELECT name, version, build, codename, arch FROM os_version")
    check([list(x.values()) for x in r["rows"]] == [["Microsoft Windows 7 Ultimate", "6.1.7601", "7601", "Service Pack 1", "32-bit"]], r)
    r = query(h, folder, "SELECT computer_name, hostname FROM system_info")
    check([list(x.values()) for x in r["rows"]] == [["WKS-WIN732BITA", "WKS-WIN732BITA.shieldbase.local"]] and not r["gaps"], r)
    r = query(h, folder, "SELECT uuid FROM users WHERE username = 'nfury'")
    check(r["rows"] == [{"uuid": "S-1-5-21-2036804247-3058324640-2116585241-1105"}] and r["gaps"][0]["state"] == "partial", r)


@test
def systeminfo(h):
    for name, version, host in (("windows10", "10.0.19042", "DESKTOP-WIN01"), ("windows2012r2", "6.3.9600", None)):
        path = shared("text/systeminfo/%s.txt" % name)
        r = query(h, path, "SELECT o.name, o.version, s.hostname FROM os_version o, system_info s")
        row = list(r["rows"][0].values())
        with open(path, encoding="utf-8") as f:
            text = f.read()
        check(row[1] == version and row[0] in text and row[2] in text and host in (None, row[2]), r)


# ---- sockets ----

STATES = {"LISTENING": "LISTEN", "ESTABLISHED": "ESTABLISHED"}


@test
def netstat(h):
    for name in ("an", "aon"):
        path = shared("text/netstat/windows10-netstat-%s.txt" % name)
        want = []
        with open(path, encoding="utf-8") as f:
            for line in f:
                w = line.split()
                if len(w) > 2 and w[0] in ("TCP", "UDP"):
                    address, port = w[1].rsplit(":", 1)
                    state = STATES[w[3]] if w[0] == "TCP" else ""
                    pid = int(w[-1]) if name == "aon" else -1
                    want.append((6 if w[0] == "TCP" else 17, address.strip("[]").split("%")[0], int(port), state, pid))
        got = values(h, path, "SELECT protocol, local_address, local_port, state, pid FROM process_open_sockets")
        check(sorted(got) == sorted(want) and len(want) > 200, (name, len(got), len(want)))
        with open(shared("text/netstat/windows10-netstat-%s.expected.json" % name), encoding="utf-8") as f:
            check(len(json.load(f)) == len(got), name)
        r = query(h, path, "SELECT count(*) AS n FROM listening_ports WHERE port = 3389")
        check(r["rows"][0]["n"] == 0 and not r["gaps"], r)
        r = query(h, path, "SELECT pid FROM listening_ports WHERE port = 445")
        check(bool(r["gaps"]) == (name == "an"), r)


@test
def powershell_sockets(h):
    path = shared("text/netstat/get-nettcpconnection.json")
    r = query(h, path, "SELECT local_address, local_port, state, remote_port FROM process_open_sockets")
    check([list(x.values()) for x in r["rows"]] == [["::", 135, "LISTEN", 0], ["192.168.10.157", 135, "LISTEN", 0]], r)
    check(r["gaps"][0]["state"] == "partial" and "TCP" in r["gaps"][0]["detail"], r)
    csv = h.write("c.csv", '#TYPE x\r\n"LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"\r\n'
                  '"0.0.0.0","3389","0.0.0.0","0","Listen","1044"\r\n"10.0.0.5","3389","10.0.0.9","50123","Established","1044"\r\n')
    got = values(h, csv, "SELECT port, pid FROM listening_ports")
    check(got == [(3389, 1044)], got)


@test
def netstat_in_german_as_powershell_writes_it(h):
    text = ("\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse         Remoteadresse          Status           PID\r\n"
            "  TCP    0.0.0.0:3389           0.0.0.0:0              ABH\u00d6REN          1044\r\n  TermService\r\n [svchost.exe]\r\n"
            "  TCP    10.0.0.5:3389          10.0.0.9:50123         HERGESTELLT     1044\r\n [svchost.exe]\r\n"
            "  TCP    [::]:3389              [::]:0                 ABH\u00d6REN          1044\r\n"
            "  UDP    0.0.0.0:3389           *:*                                    1044\r\n")
    for data in (text.encode("utf-16"), text.encode("cp850"), text.encode("utf-8-sig")):
        got = values(h, h.write("n.txt", data), "SELECT protocol, family, local_port, state, pid FROM process_open_sockets")
        check(got == [(6, 2, 3389, "LISTEN", 1044), (6, 2, 3389, "ESTABLISHED", 1044), (6, 23, 3389, "LISTEN", 1044), (17, 2, 3389, "", 1044)], got)


# ---- certificates ----

@test
def certificates(h):
    found = 0
    for file, origin, subject, dates, serial, sha1, notes in rows(section("Certificates")):
        if not file.startswith("certs/"):
            continue
        before, after = (int(datetime.datetime.strptime(d.strip() + " +0000", "%Y-%m-%d %H:%M:%S %z").timestamp()) for d in dates.split(", "))
        r = query(h, shared(file), "SELECT common_name, not_valid_before, not_valid_after, serial, sha1 FROM certificates")
        row = list(r["rows"][0].values())
        check(row[0] == subject.split("CN = ")[1] and row[1:] == [str(before), str(after), serial, sha1], (file, row))
        found += 1
    check(found == 3, found)


@test
def certificate_in_the_store(h):
    r = query(h, unpacked("registry/win7-rdp-on/SOFTWARE"),
              "SELECT sha1, subject2, not_valid_after FROM certificates WHERE path = 'LocalMachine\\Remote Desktop'")
    check([list(x.values()) for x in r["rows"]] == [["3349EFE1B964207CA08F1DBB2A091650F6790155", "CN=WKS-WIN732BITA.shieldbase.local", "1338667560"]]
          and not r["gaps"], r)


# ---- event logs ----

def events_of(h, path):
    """Counts per (provider's last words, id) over all channels of the evidence."""
    channels = values(h, path, "SELECT channel, records FROM windows_event_channels")
    counts = {}
    for channel, _ in channels:
        for provider, event, n in values(h, path, "SELECT provider_name, eventid, count(*) FROM windows_eventlog WHERE channel = %s GROUP BY 1, 2"
                                         % quoted(channel)):
            counts[provider, event] = counts.get((provider, event), 0) + n
    return sum(n for _, n in channels), counts


def check_logon_types(h, file, path, text):
    """4624 type 3×2298"""
    got = dict(((str(e), str(t)), n) for e, t, n in values(
        h, path, "SELECT eventid, json_extract(data, '$.EventData.LogonType'), count(*) FROM windows_eventlog"
        " WHERE channel = 'Security' AND eventid IN (4624, 4625) GROUP BY 1, 2"))
    stated = {(e, t): int(n) for e, t, n in re.findall(r"(\d+) type (\d+)×(\d+)", text)}
    check(stated and got == stated, (file, got, stated))


def check_reach(h, file, path, reach, computers):
    """The first and the last event, and the computers that wrote them."""
    channels = values(h, path, "SELECT channel, oldest, newest FROM windows_event_channels")
    stated = reach.split(" to ")
    if stated == ["-", "-"]:
        return
    for want, got in zip(stated, (min(c[1] for c in channels), max(c[2] for c in channels))):
        if "forwarded" in file:  # the README has when the collector wrote them, the table when they happened, by other clocks
            late = datetime.datetime.fromisoformat(want) - datetime.datetime.fromisoformat(got[:19])
            check(abs(late) < datetime.timedelta(minutes=10), (file, got, want))
            continue
        check(got[:19] == want.replace(" ", "T"), (file, got, want))
    names = {n for c in channels for n, in values(h, path, "SELECT DISTINCT computer_name FROM windows_eventlog WHERE channel = "
                                                  + quoted(c[0]))}
    check({n.strip(" …") for n in computers.split(",")} <= names, (file, computers, names))


def check_damage(h, file, path, flags):
    """Bad checksums and cut files are said with every answer from the log; a log that is merely dirty is whole."""
    damaged = "bad chunk" in flags or "partial" in flags
    channel = values(h, path, "SELECT channel FROM windows_event_channels ORDER BY records DESC LIMIT 1")[0][0]
    gaps = query(h, path, "SELECT count(*) FROM windows_eventlog WHERE channel = " + quoted(channel))["gaps"]
    gaps = [g for g in gaps if not g["detail"].startswith("the files are of ")]  # forwarded logs
    check(bool(gaps) == damaged and (not damaged or gaps[0]["state"] == "partial"), (file, flags, gaps))
    if damaged:
        check("checksum" in gaps[0]["detail"] or "cut off" in gaps[0]["detail"], (file, gaps))


def check_log(h, file, path, records, events):
    total, counts = events_of(h, path)
    if "by logon type" in events and file != "evtx/truncated-security-win7.evtx":
        check_logon_types(h, file, path, events[events.index("by logon type"):])
    wanted = {"evtx/damaged-bad-chunk-magic.evtx": 267}.get(file, int(records))
    if file == "evtx/truncated-security-win7.evtx":
        check(194 <= total <= 284, (file, total))
        return
    check(total == wanted, (file, total, wanted))
    if file in ("evtx/damaged-bad-chunk-magic.evtx",):
        return
    for group in re.sub(r"\(of .*", "", events).split(";"):
        provider = ""
        for part in group.split(","):
            m = re.match(r"\s*(?:(.*?) )?(\d+)×(\d+)\s*$", part)
            if not m or "by logon type" in group:
                continue
            provider = m[1] or provider
            n = sum(c for (p, e), c in counts.items() if e == int(m[2]) and p.replace("Microsoft-Windows-", "").endswith(provider))
            check(n == int(m[3]), (file, part, n))


@test
def records_of_single_logs(h):
    n = 0
    for row in rows(section("evtx/")):
        if row[0].endswith(".evtx"):
            check_log(h, "evtx/" + row[0], shared("evtx/" + row[0]), row[2], row[6])
            check_reach(h, row[0], shared("evtx/" + row[0]), row[3], row[4])
            check_damage(h, row[0], shared("evtx/" + row[0]), row[5])
            n += 1
    check(n == 13, n)


@test
def records_of_machines(h):
    for machine in ("dc2012r2", "win11-quiet"):
        n = 0
        for row in rows(section("machines/" + machine)):
            name = "machines/%s/winevt/Logs/%s" % (machine, row[0])
            if not row[0].endswith(".evtx"):
                continue
            path = name if os.path.exists(os.path.join(SHARED, name)) else name + ".xz"
            if int(row[2]) > 0:
                check_log(h, name, shared(path), row[2], row[6])
                check_reach(h, name, shared(path), row[3], row[4])
                check_damage(h, name, shared(path), row[5])
            n += 1
        check(n >= 6, n)


CHANNELS = {"Security": "Security", "System": "System", "4825": "Security", "4625": "Security",
            "RDPClient/Operational": "Microsoft-Windows-TerminalServices-RDPClient/Operational",
            "LocalSessionManager/Operational": "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
            "RemoteConnectionManager/Operational": "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"}


def field(data, name):
    """The value of a field, wherever the event has it."""
    if isinstance(data, dict):
        if name in data and not isinstance(data[name], (dict, list)):
            return data[name].lower()
        found = [field(v, name) for v in data.values()]
        return next((f for f in found if f is not None), None)
    return None


@test
def values_in_records(h):
    """Fields of events, counted; what the README lists for an event that it names is all of it or the most frequent."""
    facts = 0
    for file, event, fields, stated in rows(section("Values in records")):
        if not re.match(r"(machines|evtx)/", file):
            continue
        path, _, channel = file.partition(" ")
        channel = CHANNELS[channel or ("RemoteConnectionManager/Operational" if "1149" in event else event)]
        counts = {}
        for eventid, data in values(h, shared(path), "SELECT eventid, data FROM windows_eventlog WHERE channel = %s AND eventid IN (%s)"
                                    % (quoted(channel), event)):
            doc = json.loads(data)
            key = str(eventid), tuple(field(doc, f.strip()) for f in fields.split(","))
            counts[key] = counts.get(key, 0) + 1
        for part in stated.split(";"):
            m = re.match(r"\s*(?:(\d+): )?(.*?) ×(\d+)\s*$", part)
            want = tuple("" if v.strip() == "(empty)" else v.strip() for v in m[2].split(","))
            check(counts.get((m[1] or event, want)) == int(m[3]), (file, event, part, counts))
            facts += 1
    check(facts >= 18, facts)


@test
def whole_machines(h):
    r = h.run("evidence", "--format=json", shared("machines/dc2012r2"))
    doc = json.loads(r.out)
    check(doc["computers"] == ["CITADEL-DC01.C137.local"] and doc["remark"] is None and not doc["skipped"], doc)
    check(len(doc["found"]) == 12 and doc["as_of"] == "2020-09-19T04:52:11Z", doc["as_of"])
    check(sum(f["records"] for f in doc["found"]) == sum(int(row[2]) for row in rows(section("machines/dc2012r2")) if row[0].endswith(".evtx")), r)
    r = query(h, shared("machines/dc2012r2"), "SELECT count(*) AS n FROM windows_eventlog WHERE channel = 'System' AND provider_name = 'Schannel'"
              " AND eventid = 36874")
    check(r["rows"][0]["n"] == 29205 and not r["gaps"], r)
    r = query(h, shared("machines/dc2012r2"), "SELECT unix_time FROM time")
    check(r["rows"] == [{"unix_time": 1600491131}], r)
    doc = json.loads(h.run("evidence", "--format=json", shared("machines/win11-quiet")).out)
    check(doc["computers"] == ["GoldPaperW11"], doc)
    r = query(h, shared("machines/win11-quiet"), "SELECT data FROM registry_value WHERE key = %s AND name = 'fDenyTSConnections'" % quoted(RDP))
    check(not r["rows"] and r["gaps"][0]["state"] == "not_collected" and "config\\SYSTEM" in r["gaps"][0]["detail"], r)


@test
def report_says_which_file_would_answer(h):
    """Only event logs were handed in: what needs the registry stays open, and the report names the hive."""
    r = h.run("--evidence=server=" + shared("machines/dc2012r2"), "--kb=" + os.path.join(ROOT, "kb"), "--code=0x904", "--ext=0x7", "--no-session")
    text = " ".join(r.out.split())
    check("Does the other computer run Windows? windows" in text, r)
    check(re.search(r"Not among the files: Windows\\System32\\config\\SYSTEM and SOFTWARE, or exports of keys \(reg export\) \(\d+ checks\)", text), text)
    r = h.run("--evidence=server=" + shared("machines/dc2012r2"), "--kb=" + os.path.join(ROOT, "kb"), "--code=0x904", "--ext=0x7", "--no-session", "--format=json")
    checks = json.loads(r.out)["checks"]
    gaps = [g for c in checks for g in c["gaps"] if g["table"] in ("registry", "registry_value", "services", "certificates", "rdp_listener")]
    check(len(gaps) > 10 and all(g["state"] == "not_collected" and "hive" in g["detail"] for g in gaps
                                 if "no evidence" not in g["detail"]), gaps)


@test
def quiet_machine_confirms_nothing(h):
    r = h.run("--evidence=server=" + shared("machines/win11-quiet"), "--kb=" + os.path.join(ROOT, "kb"), "--code=0x904", "--ext=0x7", "--no-session", "--format=json")
    doc = json.loads(r.out)
    check(doc["causes"] and not [c for c in doc["causes"] if c["status"] == "confirmed"], doc["causes"])


@test
def two_machines_in_one_folder(h):
    folder = shared("machines")
    doc = json.loads(h.run("evidence", "--format=json", folder).out)
    check(sorted(doc["computers"]) == ["CITADEL-DC01.C137.local", "GoldPaperW11"] and "2 computers" in doc["remark"], doc)
    sql = "SELECT count(*) AS n FROM windows_eventlog WHERE channel = 'System'"
    r = query(h, folder, sql)
    check(r["rows"][0]["n"] == 60189 + 1077 and r["gaps"][0]["state"] == "partial" and "GoldPaperW11" in r["gaps"][0]["detail"], r)
    r = query(h, folder + "@goldpaperw11", sql)
    check(r["rows"][0]["n"] == 1077 and not r["gaps"], r)
    r = query(h, folder + "@nobody", sql, status=2)
    check("GoldPaperW11" in r.err, r)


@test
def forwarded_logs(h):
    doc = json.loads(h.run("evidence", "--format=json", shared("evtx/forwarded-rcm-1149-eleven-hosts.evtx")).out)
    check(len(doc["computers"]) == 11, doc)
    r = query(h, [shared("evtx/forwarded-rcm-1149-eleven-hosts.evtx"), shared("evtx/security-4825-rdp-denied.evtx")],
              "SELECT count(*) AS n FROM windows_eventlog WHERE channel = 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational'")
    check(r["rows"][0]["n"] == 0 and r["gaps"], r)


# ---- what is not evidence ----

@test
def kape_without_evidence(h):
    path = shared("bundles/kape-rdpcache-windows11.zip")
    r = h.run("evidence", path)
    check(r.status == 0 and "Nothing:" in r.out and "Cache0000.bin" in r.out, r)
    r = query(h, path, "SELECT 1", status=2)
    check("none of its" in r.err and "event log" in r.err, r)


@test
def unknown_path(h):
    r = query(h, "/nonexistent/x.zip", "SELECT 1", status=2)
    check("there is no file or folder" in r.err, r)


main()
