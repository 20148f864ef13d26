"""tests/evidence/test_archives.py - containers: layouts that people hand over, and archives made to do harm."""
import io
import json
import lzma
import os
import struct
import tarfile
import zipfile

from harness import check, main, test

REG = (b"Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server]\r\n"
       b"\"fDenyTSConnections\"=dword:00000001\r\n")
NETSTAT = b"Active Connections\r\n\r\n  Proto  Local Address  Foreign Address  State  PID\r\n  TCP  0.0.0.0:3389  0.0.0.0:0  LISTENING  1044\r\n"
ASK = "SELECT data FROM registry_value WHERE key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server' AND name = 'fDenyTSConnections'"


def listing(h, *paths):
    r = h.run("evidence", "--format=json", *paths, timeout=120)
    check(r.status == 0, r)
    return json.loads(r.out)


def data_of(h, path):
    r = h.run("query", "--evidence=m=" + path, "--format=json", ASK, timeout=120)
    check(r.status == 0, r)
    return json.loads(r.out)["rows"]


def zipped(members, **kw):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", kw.get("how", zipfile.ZIP_DEFLATED)) as z:
        for name, data in members:
            z.writestr(name, data)
    return b.getvalue()


def tarred(members, mode="w"):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode=mode) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return b.getvalue()


# ---- what people hand over ----

@test
def layouts(h):
    """Names do not matter: drive copy, KAPE, Velociraptor, MSRD-Collect, Intune, loose."""
    names = ["C/Windows/export.reg", "2026-01-01T000000_srv/C/x.reg", "uploads/auto/C%3A/Windows/Temp/a.reg",
             "MSRD-Results-SRV1/SRV1_RegistryKeys/SRV1_HKLM-System-CCS-Control-TerminalServer.txt", "DiagLogs-SRV1/12/export.reg", "x"]
    for name in names:
        for data in (zipped([(name, REG)]), zipped([(name, REG)], how=zipfile.ZIP_STORED), tarred([(name, REG)]), tarred([(name, REG)], "w:gz"),
                     tarred([(name, REG)], "w:xz")):
            check(data_of(h, h.write("e.bin", data)) == [{"data": "1"}], name)
        check(data_of(h, os.path.dirname(h.write("folder/" + name, REG)) if "/" in name else h.write("folder2/x", REG)) == [{"data": "1"}], name)
    doc = listing(h, h.write("v.zip", zipped([("uploads/auto/C%3A/Windows/a.reg", REG), ("logs/RdpCoreTS%4Admin.reg", REG)])))
    check([f["path"] for f in doc["found"]] == ["v.zip/logs/RdpCoreTS%4Admin.reg", "v.zip/uploads/auto/C:/Windows/a.reg"], doc["found"])


@test
def encodings_of_exports(h):
    text = REG.decode()
    for data in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), text.encode("utf-16-le"), text.encode("utf-8-sig"),
                 text.replace("Windows Registry Editor Version 5.00", "REGEDIT4").encode("cp1252")):
        check(data_of(h, h.write("a", data)) == [{"data": "1"}], data[:40])


@test
def zip_in_zip_and_xz(h):
    inner = zipped([("a.reg", REG)])
    check(data_of(h, h.write("o.zip", zipped([("inner.zip", inner)]))) == [{"data": "1"}])
    check(data_of(h, h.write("a.reg.xz", lzma.compress(REG))) == [{"data": "1"}])
    doc = listing(h, h.path("a.reg.xz"))
    check(doc["found"][0]["path"] == "a.reg", doc)


@test
def several_paths_add_up(h):
    r = h.run("query", "--evidence=m=" + h.write("a", REG), "--evidence=m=" + h.write("b", NETSTAT), "--format=json",
              "SELECT r.data, p.port FROM registry_value r, listening_ports p WHERE r.key ="
              " 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server' AND r.name = 'fDenyTSConnections'")
    check(json.loads(r.out)["rows"] == [{"data": "1", "port": 3389}], r)
    check(len(listing(h, h.path("a"), h.path("b"))["found"]) == 2)


@test
def missing_is_listed(h):
    doc = listing(h, h.write("b", NETSTAT))
    missing = {m["table"]: m["file"] for m in doc["missing"]}
    check("listening_ports" not in missing and "config\\SYSTEM" in missing["services"] and "evtx" in missing["windows_eventlog"], missing)
    r = h.run("evidence", h.path("b"))
    check("Found" in r.out and "Missing" in r.out and "netstat output" in r.out, r)
    r = h.run("evidence")
    check(r.status == 2 and "evidence PATH" in r.err, r)


# ---- archives that are made to do harm ----

@test
def names_that_lead_out(h):
    for name in ("../../../../tmp/ts-escape.reg", "/tmp/ts-escape.reg", "C:\\tmp\\ts-escape.reg", "a/../../ts-escape.reg"):
        path = h.write("in/e.zip", zipped([(name, REG)]))
        check(data_of(h, path) == [{"data": "1"}], name)
        check(not os.path.exists("/tmp/ts-escape.reg") and not os.path.exists(h.path("ts-escape.reg")), name)
    check(sorted(os.listdir(h.path("in"))) == ["e.zip"])


@test
def links(h):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w") as t:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo("link-%s" % kind.decode())
            info.type, info.linkname = kind, "/etc/passwd"
            t.addfile(info)
    doc = listing(h, h.write("l.tar", b.getvalue()))
    check(not doc["found"] and len(doc["skipped"]) == 4 and all("never followed" in s["why"] for s in doc["skipped"]), doc)
    os.mkdir(h.path("f"))
    os.symlink("/", h.path("f/root"))
    os.symlink(h.write("real.reg", REG), h.path("f/link.reg"))
    os.mkfifo(h.path("f/pipe"))
    doc = listing(h, h.path("f"))
    check(not doc["found"] and len(doc["skipped"]) == 3, doc)


@test
def bombs(h):
    """1 GiB of zeros behind the head of an event log, then 5 GiB of unknown content in a compressed tar."""
    zeros = b"\0" * (1 << 20)
    path = h.path("bomb.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z, z.open("System.evtx", "w", force_zip64=True) as f:
        f.write(b"ElfFile\0")
        for _ in range(1024):
            f.write(zeros)
    doc = listing(h, path)
    check(not doc["found"] and "200 times its size" in doc["skipped"][-1]["why"], doc)
    path = h.path("bomb.tar.xz")
    c = lzma.LZMACompressor(preset=0)
    info = tarfile.TarInfo("zeros")
    info.size = 5 << 30
    with open(path, "wb") as f:
        f.write(c.compress(info.tobuf(tarfile.GNU_FORMAT)))
        for _ in range(700):
            f.write(c.compress(zeros))
        f.write(c.flush())
    doc = listing(h, path)
    check(not doc["found"] and "times its size" in doc["skipped"][-1]["why"], doc)


@test
def many_members(h):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_STORED) as z:
        for i in range(100000):
            z.writestr("f%d" % i, b"")
        z.writestr("z.reg", REG)
    path = h.write("many.zip", b.getvalue())
    doc = listing(h, path)
    check(len(doc["found"]) == 1 and doc["skipped_count"] == 100000 and len(doc["skipped"]) == 1000, doc["skipped_count"])


@test
def nested_too_deep(h):
    data = zipped([("a.reg", REG)])
    for i in range(10):
        data = zipped([("n%d.zip" % i, data)])
    doc = listing(h, h.write("n.zip", data))
    check(not doc["found"] and "too many archives" in doc["skipped"][0]["why"], doc)


@test
def quine_like(h):
    """An archive whose members are archives in great number."""
    inner = zipped([("x%d" % i, b"") for i in range(2000)])
    doc = listing(h, h.write("q.zip", zipped([("i%d.zip" % i, inner) for i in range(200)])))
    check(not doc["found"] and doc["skipped_count"] > 1000, doc["skipped_count"])


@test
def damaged_archives(h):
    good = zipped([("a.reg", REG), ("b.txt", NETSTAT)])
    for i in range(0, len(good), 7):
        bad = bytearray(good)
        bad[i] ^= 0xFF
        listing(h, h.write("bad.zip", bytes(bad)))
    for n in (1, 10, 30, len(good) // 2, len(good) - 5):
        listing(h, h.write("cut.zip", good[:n]))
    bad = tarred([("a.reg", REG)], "w:gz")
    listing(h, h.write("cut.tgz", bad[:len(bad) // 2]))


@test
def encrypted(h):
    """A flag that says so is enough; the content is not looked at."""
    data = bytearray(zipped([("a.reg", REG)], how=zipfile.ZIP_STORED))
    at = data.find(b"PK\1\2")
    struct.pack_into("<H", data, 6, 1)
    struct.pack_into("<H", data, at + 8, 1)
    doc = listing(h, h.write("e.zip", bytes(data)))
    check(not doc["found"] and "encrypted" in doc["skipped"][0]["why"], doc)


@test
def foreign_formats(h):
    for head, word in ((b"vhdxfile" + b"\0" * 100, "disk image"), (b"Rar!\x1a\x07\0", "RAR"), (b"SQLite format 3\0" + b"\0" * 100, ""),
                       (b"MSCF\0\0\0\0", "cabinet")):
        doc = listing(h, h.write("f/x", head))
        check(not doc["found"], doc)
        check(word in doc["skipped"][0]["why"], doc)


main()
