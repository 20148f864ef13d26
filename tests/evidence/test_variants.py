"""tests/evidence/test_variants.py - real files as they arrive when something went wrong on the way: without their header, cut, doubled,
shuffled, in other encodings and in the layouts of collectors."""
import bz2
import gzip
import io
import json
import os
import random
import zipfile

from facts import query, quoted, shared, values
from harness import check, main, test

RCM = "machines/dc2012r2/winevt/Logs/Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx"
CHANNEL = "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"
COUNT = "SELECT count(*) AS n FROM windows_eventlog WHERE channel = " + quoted(CHANNEL)
HEADER, SLOT = 4096, 65536


def data_of(path):
    with open(shared(path), "rb") as f:
        return f.read()


def counted(h, data, name="log"):
    r = query(h, h.write(name, data), COUNT)
    return r["rows"][0]["n"], [g["state"] for g in r["gaps"]]


def zipped(members, how=zipfile.ZIP_DEFLATED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", how) as z:
        for name, data in members:
            z.writestr(name, data)
    return b.getvalue()


# ---- event logs ----

@test
def logs_without_their_header(h):
    log = data_of(RCM)
    for data in (log, b"\0" * HEADER + log[HEADER:], log[HEADER:], log[:100] + b"??" + log[102:], log[:HEADER] + b"\0" * SLOT + log[HEADER:]):
        check(counted(h, data) == (1942, []), counted(h, data))
    # One chunk that somebody carved out of a disk.
    n, gaps = counted(h, log[HEADER:HEADER + SLOT])
    check(0 < n < 1942 and not gaps, (n, gaps))


@test
def logs_in_another_order_and_twice(h):
    log = data_of(RCM)
    chunks = [log[at:at + SLOT] for at in range(HEADER, len(log), SLOT)]
    random.Random(1).shuffle(chunks)
    check(counted(h, log[:HEADER] + b"".join(chunks)) == (1942, []))
    check(counted(h, log[:HEADER] + b"".join(chunks + chunks)) == (1942, []))
    newest = values(h, h.path("log"), "SELECT max(datetime) FROM windows_eventlog WHERE channel = " + quoted(CHANNEL))
    first = values(h, h.path("log"), "SELECT datetime FROM windows_eventlog WHERE channel = %s LIMIT 1" % quoted(CHANNEL))
    check(newest == first, (newest, first))
    # A shadow copy with the older half of the log adds nothing.
    h.write("both/C/log.evtx", log)
    h.write("both/HarddiskVolumeShadowCopy1/log.evtx", log[:HEADER + 8 * SLOT])
    check(query(h, h.path("both"), COUNT)["rows"] == [{"n": 1942}])


@test
def logs_that_are_damaged(h):
    """Whatever is lost, it is said; what is left is read."""
    log = data_of(RCM)
    bad = bytearray(log)
    for at in range(HEADER, len(log), SLOT):
        bad[at + 1000] ^= 0xFF
    n, gaps = counted(h, bytes(bad))
    check(n > 1900 and gaps == ["partial"], (n, gaps))
    n, gaps = counted(h, log[:HEADER + 5 * SLOT + 30000])
    check(500 < n < 800 and gaps == ["partial"], (n, gaps))
    n, gaps = counted(h, log[:HEADER + 2 * SLOT] + b"x" * SLOT + log[HEADER + 3 * SLOT:])
    check(1700 < n < 1942 and gaps == ["partial"], (n, gaps))
    check(counted(h, log[:HEADER]) == (0, ["not_collected"]), counted(h, log[:HEADER]))


@test
def compressed_logs(h):
    log = data_of(RCM)
    for data in (gzip.compress(log), bz2.compress(log), zipped([("a", log)], zipfile.ZIP_LZMA), zipped([("a", log)], zipfile.ZIP_BZIP2),
                 zipped([("a.zip", zipped([("b", log)]))])):
        check(counted(h, data) == (1942, []))
    cut = zipped([("uploads/auto/C%3A/Windows/a.evtx", log), ("uploads/auto/C%3A/Windows/b.evtx", data_of("evtx/capi2-win8.evtx"))])[:-20000]
    check(counted(h, cut) == (1942, []))
    doc = json.loads(h.run("evidence", "--format=json", h.path("log")).out)
    check(len(doc["found"]) == 1 and doc["skipped"], doc)


@test
def noise(h):
    """Bytes are changed at random: no crash, and never more than there was."""
    log = data_of(RCM)[:HEADER + 3 * SLOT]
    whole = counted(h, log)[0]
    for seed in range(25):
        r, bad = random.Random(seed), bytearray(log)
        for _ in range(1 << r.randrange(10)):
            bad[r.randrange(len(bad))] = r.randrange(256)
        n, gaps = counted(h, bytes(bad))
        check(n <= whole and (n == whole or gaps), (seed, n, whole, gaps))


# ---- exports of the registry ----

REG = "text/reg/win7-rdp-on-terminal-server.reg"
VALUES = "SELECT count(*) AS n FROM registry WHERE type <> 'subkey'"


@test
def encodings_of_a_whole_export(h):
    text = data_of(REG).decode("utf-16")
    for data in (text.encode("utf-16-le"), b"\xfe\xff" + text.encode("utf-16-be"), text.encode("utf-16-be"), text.encode("utf-8-sig"),
                 text.encode("utf-8"), text.replace("\r\n", "\n").encode("utf-16")):
        check(query(h, h.write("r.txt", data), VALUES)["rows"] == [{"n": 868}], data[:20])


@test
def the_newer_of_two_exports(h):
    """The same keys exported twice: each value once, and as the newer file has it."""
    text = data_of(REG).decode("utf-16")
    old, new = "\"fDenyTSConnections\"=dword:00000000", "\"fDenyTSConnections\"=dword:00000001"
    check(text.count(old) == 1)
    key = "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\Terminal Server"
    ask = "SELECT data FROM registry_value WHERE key = %s AND name = 'fDenyTSConnections'" % quoted(key)
    for first, second, want in ((old, new, "1"), (new, old, "0")):
        # in one file
        body = text[text.index("\r\n"):]
        path = h.write("one.reg", (text.replace(old, first) + body.replace(old, second)).encode("utf-16"))
        check(query(h, path, VALUES)["rows"] == [{"n": 868}])
        check(query(h, path, ask)["rows"] == [{"data": want}])
        # in two, whatever their names
        for names in (("a", "b"), ("b", "a")):
            for name, value, at in ((names[0], first, 1000000000), (names[1], second, 1700000000)):
                os.utime(h.write("two/" + name, text.replace(old, value).encode("utf-16")), (at, at))
            check(query(h, h.path("two"), ask)["rows"] == [{"data": want}], (names, want))
            check(query(h, h.path("two"), VALUES)["rows"] == [{"n": 868}])


@test
def cut_export(h):
    text = data_of(REG)
    key = "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\Terminal Server"
    r = query(h, h.write("cut.reg", text[:40000]), "SELECT count(*) AS n FROM registry WHERE key = " + quoted(key))
    check(r["rows"][0]["n"] > 10 and r["gaps"][0]["state"] == "partial", r)


# ---- what collectors make ----

@test
def layouts_of_collectors(h):
    log, reg = data_of(RCM), data_of(REG)
    sockets = data_of("text/netstat/windows10-netstat-aon.txt")
    layouts = {
        "velociraptor": [("uploads/auto/C%3A/Windows/System32/winevt/Logs/x%254Operational.evtx", log), ("uploads.json", "{}"),
                         ("uploads/auto/C%3A/temp/a.reg", reg), ("results/x.txt", sockets)],
        "kape": [("2026-01-01T000000_srv/C/Windows/System32/winevt/logs/x.evtx", log), ("2026-01-01T000000_CopyLog.csv", "a,b"),
                 ("C/a.reg", reg), ("network_connections.txt", sockets)],
        "msrd": [("MSRD-Results-DC1/DC1_EventLogs/DC1_x.evtx", log), ("MSRD-Results-DC1/DC1_RegistryKeys/DC1_HKLM.txt", reg),
                 ("MSRD-Results-DC1/DC1_Networking/DC1_Netstat.txt", sockets)],
        "intune": [("results.xml", "<Collection/>"), ("1/export.reg", reg), ("2/Events.evtx", log), ("3/output.log", sockets)],
        "acquire": [("fs/c:/windows/system32/winevt/logs/x.evtx", log), ("fs/c:/a.reg", reg), ("netstat", sockets)],
    }
    for name, members in layouts.items():
        path = h.write(name + ".zip", zipped(members))
        check(query(h, path, COUNT)["rows"] == [{"n": 1942}], name)
        check(query(h, path, VALUES)["rows"] == [{"n": 868}], name)
        check(query(h, path, "SELECT count(*) AS n FROM process_open_sockets")["rows"] == [{"n": 208}], name)


main()
