"""tests/peers/test_real_servers.py - `probe` and rdp_handshake against the servers that people run: xrdp and FreeRDP's shadow server, as Debian 12
has them, compared with tests/golden/real-servers; TS_ACCEPT=1 rewrites those.

Usage: test_real_servers.py PROGRAM [NAME-PART]. Skipped where the servers are not installed, unless TS_PEERS=1 says that they must be
(script/test --peers). Ends with "N passed, N failed"; exit status 77 = skipped."""
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import realservers  # noqa: E402
from realservers import Missing, NotInstalled, shadow, xrdp  # noqa: E402

ROOT = pathlib.Path(os.environ.get("TS_SOURCE_ROOT", pathlib.Path(__file__).resolve().parents[2]))
GOLDEN = ROOT / "tests/golden/real-servers"
PROGRAM = os.path.abspath(sys.argv[1])
# The goldens were recorded with these; other releases answer differently, and that is no fault of the probe.
RECORDED = {"xrdp": (["xrdp", "--version"], "xrdp 0.9."), "shadow": (["freerdp-shadow-cli", "/version"], "FreeRDP version 2.11.")}
CA = """[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
serial = serial
policy = any
default_md = sha256
x509_extensions = server
[any]
commonName = supplied
[req]
distinguished_name = any
[server]
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1
"""
ENV = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC0", COLUMNS="110", SSL_CERT_FILE="/dev/null", SSL_CERT_DIR="/nonexistent")
ENV.pop("TROUBLESHOOT_KB", None)
ENV.pop("SOURCE_DATE_EPOCH", None)


def make_certificate(work, name, bits, first, last):
    """NAME.crt and NAME.key, self-signed for 127.0.0.1, with those dates."""
    def openssl(*args):
        p = subprocess.run(["openssl", *args], cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert p.returncode == 0, p.stdout[-400:]
    (work / "ca.cnf").write_text(CA)
    (work / "index.txt").write_text("")
    (work / "serial").write_text("01\n")
    openssl("req", "-new", "-config", "ca.cnf", "-newkey", "rsa:%d" % bits, "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj",
            "/CN=" + realservers.HOST_NAME)
    openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-selfsign", "-keyfile", name + ".key", "-in", name + ".csr", "-out", name + ".crt",
            "-startdate", first, "-enddate", last)


def tls(name):
    return ["certificate=/run/work/%s.crt" % name, "key_file=/run/work/%s.key" % name, "ssl_protocols=TLSv1.2, TLSv1.3"]


SERVERS = {
    "xrdp-tls": lambda w: xrdp(w, ["security_layer=tls", *tls("good")]),
    "xrdp-negotiate": lambda w: xrdp(w, ["security_layer=negotiate", *tls("good")]),
    "xrdp-rdp-only": lambda w: xrdp(w, ["security_layer=rdp"]),
    "xrdp-tls-no-key": lambda w: xrdp(w, ["security_layer=tls", *tls("nothing")]),
    "xrdp-negotiate-unreadable-key": lambda w: xrdp(w, ["security_layer=negotiate", *tls("closed")], without=("dac_override", "dac_read_search")),
    "xrdp-expired": lambda w: xrdp(w, ["security_layer=tls", *tls("expired")]),
    "xrdp-weak-key": lambda w: xrdp(w, ["security_layer=tls", *tls("weak")]),
    "xrdp-weak-key-allowed": lambda w: xrdp(w, ["security_layer=tls", *tls("weak")], old_openssl=True),
    "xrdp-tls10": lambda w: xrdp(w, ["security_layer=tls", *tls("good")[:2], "ssl_protocols=TLSv1"], old_openssl=True),
    "shadow-nla": lambda w: shadow(w, "nla"),
    "shadow-tls": lambda w: shadow(w, "tls"),
    "shadow-rdp": lambda w: shadow(w, "rdp"),
}
# What each answers to each offer: handshake-probe.md, section 2, whose bold RDP (a "success" that was not asked for) is selected-rdp. Offers: Standard RDP Security alone, TLS alone, NLA alone, both, what mstsc offers.
OFFERS = (0, 1, 2, 3, 11)
ANSWERS = {
    "xrdp-negotiate": ("ok rdp", "ok tls", "x224 selected-rdp", "ok tls", "ok tls"),
    "xrdp-tls": ("x224 failure-1", "ok tls", "x224 failure-1", "ok tls", "ok tls"),
    "xrdp-rdp-only": ("ok rdp", "x224 selected-rdp", "x224 selected-rdp", "x224 selected-rdp", "x224 selected-rdp"),
    "xrdp-tls-no-key": ("x224 failure-3",) * 5,
    "shadow-nla": ("x224 failure-5", "x224 failure-5", "ok nla", "ok nla", "ok nla"),
    "shadow-tls": ("x224 failure-1", "ok tls", "x224 failure-1", "ok tls", "ok tls"),
    "shadow-rdp": ("ok rdp", "x224 failure-2", "x224 failure-2", "x224 failure-2", "x224 failure-2"),
}


def run(*args):
    p = subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV, timeout=60)
    assert p.returncode == 0, p.stderr[-600:]
    return p.stdout


def normal(text, port):
    """Without what differs from run to run: times, and where they make a line break; ports, dates, fingerprints."""
    text = re.sub(r"\n {24,}", " ", text)
    text = re.sub(r" \(\d+(\.\d+)? m?s\)", "", text)
    text = re.sub(r"\b%d\b" % port, "PORT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?( UTC)?)?", "DATE", text)
    return re.sub(r"\b[0-9A-F]{40,64}\b", "FINGERPRINT", text)


def attempt_rows(port, offers):
    sql = "SELECT * FROM rdp_handshake WHERE host = '127.0.0.1' AND port = %d AND requested_protocols IN (%s)" % (port, ", ".join(map(str, offers)))
    return json.loads(run("query", "--format=json", sql))["rows"]


COLUMNS = ("selected_protocol", "flags", "failure_code", "failure_name", "server_kind", "server_build", "server_computer", "server_domain", "closed_by",
           "alert", "tls_version", "credssp_version", "rdp_version")


def look(port):
    """Everything that the golden file has."""
    ladder = run("probe", "--quiet", "127.0.0.1:%d" % port)
    d = json.loads(run("probe", "--quiet", "--format=json", "127.0.0.1:%d" % port))
    out = [normal(ladder.replace("slow, ", "").replace(", slow", ""), port).rstrip(), ""]
    out += ["%s: %s" % (k, d[k]) for k in ("stage", "symptom")]
    out += ["points to: %s" % (d["points_to"] and "%(code)s %(ext)s, cause %(cause)s, %(status)s" % d["points_to"])]
    skew = d["server"]["clock_skew_s"]
    out += ["clock: %s" % ("none" if skew is None else "right" if abs(skew) <= 2 else "%s s wrong" % skew)]
    out += ["%s: %s" % (c, d["attempts"][0][c]) for c in COLUMNS if d["attempts"][0].get(c) is not None]
    rows = attempt_rows(port, OFFERS[:4]) + attempt_rows(port, OFFERS[4:])
    out += ["", "offer  ends"] + ["%5d  %s %s" % (r["requested_protocols"], r["stage"], r["symptom"]) for r in rows]
    return "\n".join(out) + "\n", tuple("%s %s" % (r["stage"], r["symptom"]) for r in rows)


def one(name, start, work):
    """Returns None, or what is wrong."""
    command, wanted = RECORDED[name.split("-")[0]]
    if wanted not in realservers.version(*command) and realservers.version(*command):
        raise Missing("the golden files are of %s*, here is %s" % (wanted, realservers.version(*command)))
    with start(str(work)) as server:
        got, answers = look(server.port)
    if name in ANSWERS and answers != ANSWERS[name]:
        return "answers to the offers %s: got %s, handshake-probe.md has %s" % (OFFERS, answers, ANSWERS[name])
    golden = GOLDEN / (name + ".txt")
    if os.environ.get("TS_ACCEPT") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(got)
        return None
    want = golden.read_text() if golden.exists() else ""
    diff = difflib.unified_diff(want.splitlines(), got.splitlines(), str(golden), "this run", lineterm="")
    return None if got == want else "\n".join(diff)


def guarded(name, start, work):
    try:
        return one(name, start, work), None
    except NotInstalled as e:
        return (str(e), None) if os.environ.get("TS_PEERS") == "1" else (None, str(e))
    except Missing as e:
        return None, str(e)
    except Exception as e:  # noqa: BLE001 - whatever it is, the other servers are looked at
        return "%s: %s" % (type(e).__name__, e), None


def left_overs(work):
    """Processes that still know the work folder."""
    found = []
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if str(work).encode() in (p / "cmdline").read_bytes() and int(p.name) != os.getpid():
                found.append(p.name)
        except OSError:
            pass
    return found


def main():
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    begin = time.monotonic()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="real-servers-") as folder:
        work = pathlib.Path(folder)
        work.chmod(0o755)
        make_certificate(work, "good", 2048, "20260101000000Z", "20991231235959Z")
        make_certificate(work, "closed", 2048, "20260101000000Z", "20991231235959Z")
        (work / "closed.key").chmod(0)
        make_certificate(work, "expired", 2048, "20200701000000Z", "20210101000000Z")
        make_certificate(work, "weak", 1024, "20260101000000Z", "20991231235959Z")
        wanted = [n for n in SERVERS if part in n]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for name, (wrong, missing) in zip(wanted, pool.map(lambda n: guarded(n, SERVERS[n], work), wanted)):
                if wrong:
                    failed += 1
                    print("FAIL  %s: %s" % (name, wrong))
                elif missing:
                    skipped += 1
                    print("skip  %s: %s" % (name, missing))
                else:
                    passed += 1
        end = time.monotonic() + 3
        while left_overs(work) and time.monotonic() < end:
            time.sleep(0.02)
        if left_overs(work):
            failed += 1
            print("FAIL  processes of servers are left: %s" % ", ".join(left_overs(work)))
    print("%d passed, %d failed%s in %.1f s" % (passed, failed, ", %d skipped" % skipped if skipped else "", time.monotonic() - begin))
    sys.exit(1 if failed else 77 if not passed else 0)


if __name__ == "__main__":
    main()
