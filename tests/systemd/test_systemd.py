"""tests/systemd/test_systemd.py - units over a bus of the test's own, and journals that systemd's own tool has written."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["TS_SOURCE_ROOT"], "tests/cli"))
from harness import Skip, check, main, test  # noqa: E402

FAKE = os.environ["TS_FAKE_SYSTEMD"]
REMOTE = next((p for p in ("/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote") if os.path.exists(p)), None)

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy>
</busconfig>
"""


def query(h, sql, *args, **kw):
    r = h.run("query", "--format=json", *args, sql, **kw)
    check(r.status == 0, r)
    doc = json.loads(r.out)
    return doc["rows"], doc["gaps"]


class Bus:
    """A bus, with or without somebody who answers as systemd."""

    def __init__(self, h, fake):
        self.env = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + h.path("bus")}
        config = h.write("bus.conf", BUS % h.path("bus"))
        self.procs = [subprocess.Popen([shutil.which("dbus-daemon"), "--config-file=" + config, "--nofork", "--print-address"],
                                       stdout=subprocess.PIPE)]
        self.procs[0].stdout.readline()
        if fake:
            self.procs.append(subprocess.Popen([FAKE], stdout=subprocess.PIPE, env=dict(os.environ, **self.env)))
            check(self.procs[1].stdout.readline() == b"ready\n", "the double does not answer")

    def __enter__(self):
        return self

    def __exit__(self, *args):
        for p in reversed(self.procs):
            p.terminate()
            p.wait()
            p.stdout.close()


def need_bus():
    if shutil.which("dbus-daemon") is None:
        raise Skip("dbus-daemon is not installed")


@test
def units(h):
    need_bus()
    with Bus(h, True) as bus:
        rows, gaps = query(h, "SELECT id, active_state, sub_state, load_state FROM systemd_units ORDER BY id", env=bus.env)
        check(gaps == [], gaps)
        check([(r["id"], r["active_state"], r["sub_state"]) for r in rows] == [
            ("gnome-remote-desktop.service", "failed", "failed"), ("ssh.socket", "inactive", "dead"),
            ("xrdp.service", "active", "running")], rows)
        rows, gaps = query(h, "SELECT * FROM systemd_units WHERE id = 'xrdp.service'", env=bus.env)
        check(gaps == [] and rows[0]["unit_file_state"] == "enabled" and rows[0]["user"] == "xrdp", rows)
        check(rows[0]["fragment_path"] == "/lib/systemd/system/xrdp.service", rows)
        rows, gaps = query(h, "SELECT user FROM systemd_units WHERE id = 'ssh.socket'", env=bus.env)
        check(gaps == [] and rows == [{"user": None}], rows)


@test
def no_systemd(h):
    need_bus()
    with Bus(h, False) as bus:
        rows, gaps = query(h, "SELECT id FROM systemd_units", env=bus.env)
        check(rows == [] and gaps[0]["state"] == "unsupported" and "does not run" in gaps[0]["detail"], gaps)
    rows, gaps = query(h, "SELECT id FROM systemd_units", env={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + h.path("none")})
    check(rows == [] and gaps[0]["state"] == "unsupported", gaps)


ENTRIES = [
    (1795200000, {"_SYSTEMD_UNIT": "xrdp.service", "SYSLOG_IDENTIFIER": "xrdp", "PRIORITY": "6", "_PID": "77", "MESSAGE": "starting"}),
    (1795201000, {"_SYSTEMD_UNIT": "ssh.service", "SYSLOG_IDENTIFIER": "sshd", "PRIORITY": "6", "_PID": "5", "MESSAGE": "other"}),
    (1795202000, {"_SYSTEMD_UNIT": "xrdp.service", "_COMM": "xrdp", "PRIORITY": "3", "_PID": "77", "MESSAGE": "cannot read key.pem"}),
    (1795203000, {"_PID": "1", "UNIT": "xrdp.service", "SYSLOG_IDENTIFIER": "systemd", "PRIORITY": "4", "MESSAGE": "Main process exited"}),
    (1795204000, {"_PID": "99", "UNIT": "xrdp.service", "SYSLOG_IDENTIFIER": "liar", "PRIORITY": "3", "MESSAGE": "not so"}),
]


def journal(h, name="folder/any-name.bin"):
    if REMOTE is None:
        raise Skip("systemd-journal-remote is not installed")
    export = b""
    for i, (t, fields) in enumerate(ENTRIES):
        fields = dict(fields, _BOOT_ID="0123456789abcdef0123456789abcdef", _MACHINE_ID="fedcba9876543210fedcba9876543210")
        export += b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n" % (t * 1000000 + 5, 1000 + i)
        export += "".join("%s=%s\n" % f for f in fields.items()).encode() + b"\n"
    os.makedirs(os.path.dirname(h.path(name)), exist_ok=True)
    out = h.path("made.journal")
    p = subprocess.run([REMOTE, "-o", out, "-"], input=export, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode != 0:
        raise Skip("systemd-journal-remote cannot write here: %s" % p.stderr.decode())
    os.rename(out, h.path(name))
    return h.path(name)


def messages(h, path, where="1", **kw):
    rows, gaps = query(h, "SELECT datetime, priority, identifier, message, pid FROM journal WHERE unit = 'xrdp.service' AND " + where,
                       "--evidence", path, **kw)
    return [r["message"] for r in rows], rows, gaps


@test
def journal_file(h):
    path = journal(h)
    for where in (path, os.path.dirname(path)):
        got, rows, gaps = messages(h, where)
        check(got == ["starting", "cannot read key.pem", "Main process exited"] and gaps == [], (rows, gaps))
    check(rows[0] == {"datetime": "2026-11-20T18:40:00.000005Z", "priority": 6, "identifier": "xrdp", "message": "starting", "pid": 77}, rows)
    check(rows[1]["identifier"] == "xrdp" and rows[2]["pid"] == 1, rows)
    for where, want in (
            ("time_range = '2026-11-20T19:00:00Z'", ["cannot read key.pem", "Main process exited"]),
            ("time_range = '2026-11-20T19:00:00Z;2026-11-20T19:20:00Z'", ["cannot read key.pem"]),
            ("time_range = '2026-11-21'", []),
            ("priority <= 3", ["cannot read key.pem"])):
        got, rows, gaps = messages(h, path, where)
        check(got == want and gaps == [], (where, rows, gaps))
    got, rows, gaps = messages(h, path, "time_range = 'yesterday'")
    check(got == [] and gaps and "yesterday" in gaps[0]["detail"], gaps)
    rows, gaps = query(h, "SELECT * FROM journal WHERE unit = 'nobody.service'", "--evidence", path)
    check(rows == [] and gaps == [], gaps)
    r = h.run("evidence", os.path.dirname(path))
    check("systemd journal" in r.out, r)


@test
def damaged_journals(h):
    path = journal(h)
    with open(path, "rb") as f:
        whole = f.read()
    for cut in (8, 100, 239, 4096, len(whole) // 2):
        bad = h.write("bad/%d.journal" % cut, whole[:cut])
        got, rows, gaps = messages(h, bad)
        check(gaps and gaps[0]["state"] in ("partial", "not_collected"), (cut, rows, gaps))
    for at in (8, 20, 88, 96, 104, 136, 176, 3000, 4096):
        data = bytearray(whole)
        data[at:at + 8] = b"\xff" * 8
        messages(h, h.write("bad/f%d.journal" % at, bytes(data)))


@test
def other_evidence_has_no_journal(h):
    h.write("folder/systeminfo.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Demo]\r\n\"x\"=\"y\"\r\n")
    _, _, gaps = messages(h, h.path("folder"))
    check(gaps[0]["state"] == "not_collected" and "system.journal" in gaps[0]["detail"], gaps)


@test
def log_files(h):
    for path, state in (("/etc/passwd", "denied"), ("/var/log/xrdp/../auth.log", "denied"), ("/var/log/auth.log", "denied"),
                        ("/var/log/xrdp-sesman.log.d/x.log", "denied"), ("xrdp.log", "denied")):
        rows, gaps = query(h, "SELECT * FROM log_file WHERE path = '%s'" % path)
        check(rows == [] and gaps[0]["state"] == state and "/var/log/xrdp" in gaps[0]["detail"], (path, gaps))
    if not os.path.exists("/var/log/xrdp-no-such-thing.log"):
        rows, gaps = query(h, "SELECT * FROM log_file WHERE path = '/var/log/xrdp-no-such-thing.log'")
        check(rows == [] and gaps == [], gaps)


main()
