#!/usr/bin/env python3
"""The probe of rdp_handshake, tls_certificate and tls_versions against servers that fail in exactly one way.

Usage: test_peers.py PROGRAM [NAME-PART]
The servers and what must be said of each stand in ../shared/peers (scenarios.tsv); OWN below adds combinations. Each server
is a process or a thread of its own on a free port of loopback; the silent ones wait side by side.
Prints "N passed, N failed"; exit status 77 = skipped.
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(os.environ.get("TS_SOURCE_ROOT", pathlib.Path(__file__).resolve().parents[2]))
PEERS = ROOT.parent / "shared" / "peers"
if not (PEERS / "scenarios.tsv").exists() or not shutil.which("openssl"):
    print("skipped: needs ../shared/peers and the openssl command")
    sys.exit(77)
sys.path.insert(0, str(PEERS))
sys.dont_write_bytecode = True
import nla_peer  # noqa: E402
import peerlib  # noqa: E402
import tls_peer  # noqa: E402

peerlib.log = lambda *_: None
PROGRAM = sys.argv[1]
WORK = pathlib.Path(tempfile.mkdtemp(prefix="test-peers-"))
CERTS = WORK / "certs"
KINDS = ["self", "good", "expired", "expiring", "notyet", "wrongname", "rsa1024", "sha1", "md5", "clientonly", "ec"]
EITHER = ({"closed", "reset"})
# What of a scenario's note can be checked: words in `findings` (all of them, for host localhost), or other columns.
FINDINGS = {
    "tls_peer.py tls10": "self-signed,old-version",
    "tls_peer.py tls11": "self-signed,old-version",
    "tls_peer.py tls12": "self-signed",
    "tls_peer.py ok": "self-signed",
    "tls_peer.py ok --cert expired": "expired,self-signed",
    "tls_peer.py ok --cert expiring": "expiring,self-signed",
    "tls_peer.py ok --cert notyet": "not-yet-valid,self-signed",
    "tls_peer.py ok --cert wrongname": "self-signed,name-mismatch",
    "tls_peer.py ok --cert rsa1024": "self-signed,weak-key",
    "tls_peer.py ok --cert sha1": "self-signed,weak-hash",
    "tls_peer.py ok --cert md5": "self-signed,weak-hash",
    "tls_peer.py ok --cert clientonly": "self-signed,wrong-usage",
    "tls_peer.py ok --cert good": None,
    "tls_peer.py slow-flight": "self-signed,slow",
    "tls_peer.py late-x224 --delay 2": "self-signed,slow",
    "nla_peer.py ok": "self-signed",
    "nla_peer.py ok --skew 900": "self-signed,clock-skew",
    "nla_peer.py ok --build 6.1.7601": "self-signed,old-build",
    "nla_peer.py old": "self-signed,old-credssp",
    "nla_peer.py notime": "self-signed",
}
COLUMNS = {
    "tcp_peer.py ssh": {"speaks": "ssh"},
    "tcp_peer.py http": {"speaks": "http"},
    "tcp_peer.py tls": {"speaks": "tls"},
    "x224_peer.py fail-3": {"failure_code": 3, "failure_name": "SSL_CERT_NOT_ON_SERVER"},
    "x224_peer.py fail-99": {"failure_code": 99, "failure_name": None},
    "x224_peer.py ultimatum": {"closed_by": "ultimatum"},
    "tls_peer.py plain-hello": {"closed_by": "ultimatum"},
    "tls_peer.py alert-version": {"alert": 70, "closed_by": "alert"},
    "tls_peer.py silent-hello": {"closed_by": "silence"},
    "nla_peer.py ok": {"server_computer": "winhost01.corp.test", "server_domain": "corp.test", "server_kind": "windows",
                       "server_build": "10.0.17763 (Windows Server 2019 or Windows 10 1809)", "credssp_version": 6},
    "nla_peer.py old": {"credssp_version": 2},
    "nla_peer.py notime": {"server_time": None, "clock_skew_s": None},
}
passed, failed = 0, 0
lock = threading.Lock()


def check(name, got, want):
    global passed, failed
    with lock:
        if got == want:
            passed += 1
        else:
            failed += 1
            print("%s: got %r, want %r" % (name, got, want), flush=True)


def query(sql, *options, program=None, env=None):
    """The answer of `troubleshoot query`, its exit status must be 0."""
    done = subprocess.run([program or PROGRAM, "query", "--format=json", *options, sql], capture_output=True, timeout=40,
                          env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError("%s: status %d: %s" % (sql, done.returncode, done.stderr.decode(errors="replace")))
    bad = [b for b in done.stdout + done.stderr if b < 32 and b != 10 or b == 127]
    check("control characters of " + sql, bad, [])
    return json.loads(done.stdout)


def rows_of(table, host, port, more="", *options, **kw):
    return query("SELECT * FROM %s WHERE host = '%s' AND port = %d %s" % (table, host, port, more), *options, **kw)


class Script:
    """One of the scripts on a free port, ended with the block."""

    def __init__(self, arguments):
        self.arguments = arguments

    def __enter__(self):
        words = shlex.split(self.arguments)
        if "--cert" in words:
            i = words.index("--cert") + 1
            words[i] = str(CERTS / (words[i] + ".crt"))
        elif words[0] in ("tls_peer.py", "nla_peer.py"):
            words += ["--cert", str(CERTS / "self.crt")]
        self.process = subprocess.Popen([sys.executable, "-B", str(PEERS / words[0]), *words[1:], "--lifetime", "60"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline().split()[2])
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Server:
    """handler(connection) in threads of this process; counts the connections."""

    def __init__(self, handler, address="127.0.0.1"):
        self.handler, self.connections = handler, 0
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.socket.bind((address, 0))
        self.socket.listen(16)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.one, args=(conn,), daemon=True).start()

    def one(self, conn):
        try:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.handler(conn)
        except (OSError, EOFError, ValueError):
            pass
        finally:
            conn.close()

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def scenario(line):
    script, arguments, stage, symptom, note = (line.rstrip("\n").split("\t") + [""])[:5]
    name = "%s %s" % (script, arguments)
    # "only when the request did not offer HYBRID"
    more = "AND requested_protocols = 1" if symptom == "selected-unasked" else ""
    findings = FINDINGS.get(name, "")
    with Script(name) as peer:
        rows = rows_of("rdp_handshake", "localhost" if name in FINDINGS else "127.0.0.1", peer.port, more,
                       env={"SSL_CERT_FILE": str(CERTS / "ca.crt")})["rows"]
        rows = [r for r in rows if r["address"] == "127.0.0.1"]
        if len(rows) != 1:
            check(name + ": rows", len(rows), 1)
            return
        row = rows[0]
        if "both are right" in note and row["symptom"] in EITHER:
            symptom = row["symptom"]
        check(name, (row["stage"], row["symptom"]), (stage, symptom))
        if findings != "":
            if row["findings"] is not None and "slow" not in (findings or ""):
                row["findings"] = row["findings"].replace(",slow", "")  # a busy machine
            check(name + ": findings", row["findings"], findings)
        for column, want in COLUMNS.get(name, {}).items():
            check("%s: %s" % (name, column), row[column], want)
        if name == "nla_peer.py ok --skew 900":
            check(name + ": skew", abs(row["clock_skew_s"] - 900) < 5, True)
        if name == "tls_peer.py slow-x224 --delay 0.6":
            check(name + ": the stage's limit", row["x224_ms"] < 4500, True)
        if name == "tls_peer.py stall-flight":
            check(name + ": bytes", "bytes of the server came" in row["detail"], True)


# --- combinations of our own ---

def confirm(selected, flags=0x1f, source=0x1234):
    packet = bytearray(peerlib.cc(peerlib.neg_rsp(selected, flags)))
    packet[8:10] = source.to_bytes(2, "big")
    return bytes(packet)


def tls_context(kind="self", version=None):
    return tls_peer.context(str(CERTS / (kind + ".crt")), str(CERTS / (kind + ".key")), version)


class Arguments:
    """What nla_peer.challenge() wants to know."""
    mode, skew = "ok", 0.0

    def __init__(self, host="winhost01.corp.test", domain="corp.test", build="10.0.17763"):
        self.host, self.domain, self.build = host, domain, build


def sign_in(conn, arguments, **how):
    peerlib.read_tpkt(conn)
    conn.sendall(confirm(2, **how))
    tls = tls_peer.Tls(conn, tls_context())
    tls.handshake()
    tls.read()
    tls.write(nla_peer.ts_request(6, nla_peer.challenge(arguments)))
    peerlib.hold(conn, 5)


def own_expired_and_old():
    with Script("tls_peer.py tls10 --cert expired") as p:
        row = [r for r in rows_of("rdp_handshake", "localhost", p.port)["rows"] if r["stage"] == "ok"][0]
        check("TLS 1.0 and expired", row["findings"].replace(",slow", ""), "expired,self-signed,old-version")
        check("TLS 1.0", row["tls_version"], "TLSv1")


def own_skew_and_name():
    with Script("nla_peer.py ok --skew -4000 --cert wrongname") as p:
        row = [r for r in rows_of("rdp_handshake", "localhost", p.port)["rows"] if r["stage"] == "ok"][0]
        check("skew and name", row["findings"].replace(",slow", ""), "self-signed,name-mismatch,clock-skew")
        check("skew", -4005 < row["clock_skew_s"] < -3995, True)


def own_slow_then_reset():
    def handler(conn):
        peerlib.read_tpkt(conn)
        time.sleep(1.2)
        conn.sendall(confirm(1))
        conn.recv(4096)
        peerlib.reset(conn)
    with Server(handler) as p:
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("slow, then reset", (row["stage"], row["symptom"], row["closed_by"], row["findings"]),
              ("tls", "reset", "rst", "slow"))
        check("one connection", p.connections, 1)


def own_ipv6():
    try:
        server = Server(lambda conn: sign_in(conn, Arguments()), "::1")
    except OSError:
        print("skipped: no IPv6 on loopback")
        return
    with server as p:
        row = rows_of("rdp_handshake", "::1", p.port)["rows"][0]
        check("IPv6 only", (row["stage"], row["symptom"], row["address"]), ("ok", "nla", "::1"))
        row = rows_of("rdp_handshake", "[::1]", p.port)["rows"][0]
        check("IPv6 in brackets", (row["stage"], row["symptom"]), ("ok", "nla"))


def own_one_of_two_dead():
    # A name of two addresses: a hosts file of our own, seen by this process only.
    hosts = WORK / "hosts"
    hosts.write_text("127.0.0.1 two.test\n127.0.0.9 two.test\n")
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts)]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        print("skipped: no namespace for a hosts file of our own")
        return
    with Script("nla_peer.py ok") as p:
        sql = "SELECT attempt, address, stage, symptom FROM rdp_handshake WHERE host = 'two.test' AND port = %d" % p.port
        done = subprocess.run([*command, PROGRAM, "query", "--format=json", sql], capture_output=True, timeout=40,
                              stdin=subprocess.DEVNULL)
        answer = json.loads(done.stdout)
        got = {r["address"]: (r["stage"], r["symptom"]) for r in answer["rows"]}
        check("two addresses", got, {"127.0.0.1": ("ok", "nla"), "127.0.0.9": ("tcp", "refused")})
        check("attempts", sorted(r["attempt"] for r in answer["rows"]), [1, 2])


def own_ultimatums():
    failure = peerlib.cc(peerlib.neg_failure(3)) + peerlib.MCS_ULTIMATUM
    with Server(lambda conn: (peerlib.read_tpkt(conn), conn.sendall(failure))) as p:
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("two packets in one read", (row["symptom"], row["closed_by"], row["server_kind"]),
              ("failure-3", "ultimatum", "xrdp"))
    both = confirm(1, 1) + peerlib.MCS_ULTIMATUM
    with Server(lambda conn: (peerlib.read_tpkt(conn), conn.sendall(both), peerlib.hold(conn, 5))) as p:
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("confirm and ultimatum in one read", (row["stage"], row["symptom"], row["server_kind"]),
              ("tls", "ultimatum", "xrdp"))


def own_kinds():
    with Server(lambda conn: sign_in(conn, Arguments(build="6.1.7601"), flags=3, source=0)) as p:
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("FreeRDP is no Windows 7", (row["server_kind"], row["server_build"], "old-build" in row["findings"]),
              ("freerdp", None, False))


def own_hostile():
    evil = Arguments(host="a\x1b[31mb\x07\x00c.\u202ex", domain="d\n\re\x9b")
    with Server(lambda conn: sign_in(conn, evil)) as p:
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("control characters", row["server_computer"], "a\ufffd[31mb\ufffd\ufffdc.\u202ex")
        table = subprocess.run([PROGRAM, "query", "SELECT * FROM rdp_handshake WHERE host = '127.0.0.1' AND port = %d"
                                % p.port], capture_output=True, stdin=subprocess.DEVNULL).stdout
        check("control characters in a table", [b for b in table if b < 32 and b != 10], [])

    def flood(conn):
        peerlib.read_tpkt(conn)
        conn.sendall(confirm(1))
        conn.recv(4096)
        while True:
            conn.sendall(b"\x16\x03\x03\x40\x00" + b"\x0b\x00\xff\xff" + bytes(0x3ffc))
    with Server(flood) as p:
        start = time.monotonic()
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("flood", (row["stage"], row["symptom"], time.monotonic() - start < 6), ("tls", "malformed", True))

    def endless(conn):
        peerlib.read_tpkt(conn)
        conn.sendall(confirm(2))
        tls = tls_peer.Tls(conn, tls_context())
        tls.handshake()
        tls.write(b"\x30\x84\x00\x00\x3f\x00")
        while True:
            tls.write(bytes(1))
            time.sleep(0.02)
    with Server(endless) as p:
        row = rows_of("rdp_handshake", "127.0.0.1", p.port)["rows"][0]
        check("drop by drop", (row["stage"], row["symptom"]), ("credssp", "timeout"))
        check("drop by drop: time", row["credssp_ms"] < 4500, True)


def own_check_limit():
    with Server(lambda conn: peerlib.hold(conn, 10)) as p:
        answer = rows_of("rdp_handshake", "127.0.0.1", p.port, "", "--timeout=1")
        check("the check's limit", (answer["rows"], [g["state"] for g in answer["gaps"]]), ([], ["timeout"]))


def own_refused():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        row = rows_of("rdp_handshake", "127.0.0.1", s.getsockname()[1])["rows"][0]
        check("refused", (row["stage"], row["symptom"], row["tls_ms"]), ("tcp", "refused", None))


def own_offers():
    with Script("x224_peer.py rdp-only") as p:
        answer = rows_of("rdp_handshake", "127.0.0.1", p.port, "AND requested_protocols = 16")
        check("RDSAAD is never offered", (answer["rows"], [g["state"] for g in answer["gaps"]]), ([], ["unsupported"]))
        answer = rows_of("rdp_handshake", "127.0.0.1", p.port, "AND requested_protocols IN (1, 11)")
        check("two offers", [(r["attempt"], r["requested_protocols"], r["symptom"]) for r in answer["rows"]],
              [(1, 1, "selected-rdp"), (2, 11, "selected-rdp")])


def own_certificate():
    trust = {"SSL_CERT_FILE": str(CERTS / "ca.crt")}
    with Script("tls_peer.py ok --cert good") as p:
        rows = rows_of("tls_certificate", "localhost", p.port, "AND mode = 'rdp'", env=trust)["rows"]
        got = [(r["position"], r["common_name"], r["trusted"], r["name_match"], r["self_signed"], r["findings"]) for r in rows]
        check("a good certificate", got, [(0, "localhost", 1, 1, 0, None), (1, "Peer test ca", None, None, 1, None)])
        row = rows[0]
        check("its parts", (row["san"], row["key_type"], row["key_bits"], row["signature_hash"], row["usage"], row["issuer"]),
              ("localhost", "RSA", 2048, "SHA256", "serverAuth", "CN=Peer test ca"))
        for name in ("sha1", "sha256"):
            want = subprocess.run(["openssl", "x509", "-in", str(CERTS / "good.crt"), "-noout", "-fingerprint", "-" + name],
                                  capture_output=True, text=True).stdout.strip().split("=")[1].replace(":", "")
            check("its " + name, row[name], want)
        rows = rows_of("tls_certificate", "localhost", p.port, "AND mode = 'rdp'", env={"SSL_CERT_FILE": "/dev/null"})["rows"]
        check("not trusted", (rows[0]["trusted"], "not trusted" in rows[0]["detail"]), (0, True))
        rows = rows_of("tls_certificate", "localhost", p.port, env={"SOURCE_DATE_EPOCH": "4000000000"})["rows"]
        check("the clock that is given", (rows[0]["trusted"], rows[0]["findings"]), (0, "expired"))
    with Script("tls_peer.py ok --cert ec") as p:
        row = [r for r in rows_of("tls_certificate", "localhost", p.port)["rows"]][0]
        check("an EC key", (row["key_type"], row["key_bits"], row["findings"]), ("EC", 256, "self-signed"))

    def direct(conn):
        tls = tls_peer.Tls(conn, tls_context("sha1"))
        tls.handshake()
        peerlib.hold(conn, 5)
    with Server(direct) as p:
        row = rows_of("tls_certificate", "127.0.0.1", p.port, "AND mode = 'direct'")["rows"][0]
        check("direct TLS", (row["mode"], row["signature_hash"], row["findings"]),
              ("direct", "SHA1", "self-signed,name-mismatch,weak-hash"))
    with Script("x224_peer.py fail-2") as p:
        answer = rows_of("tls_certificate", "127.0.0.1", p.port)
        check("no certificate", (answer["rows"], [g["state"] for g in answer["gaps"]]), ([], ["not_collected"]))


def own_versions():
    with Script("tls_peer.py tls11") as p:
        rows = rows_of("tls_versions", "127.0.0.1", p.port)["rows"]
        check("versions", [(r["version"], r["accepted"]) for r in rows],
              [("TLSv1", 0), ("TLSv1.1", 1), ("TLSv1.2", 0), ("TLSv1.3", 0)])
    with Script("tls_peer.py ok") as p:
        rows = rows_of("tls_versions", "127.0.0.1", p.port, "AND family IN ('ecdhe-gcm', 'dhe')")["rows"]
        check("families", [(r["family"], r["accepted"]) for r in rows], [("ecdhe-gcm", 1), ("dhe", 0)])

    def broken(conn):  # a ServerHello without a body: this side cannot go on, and that declines no version
        tls_peer.answer_cr(conn, 1)
        conn.recv(4096)
        conn.sendall(bytes.fromhex("160303000402000000"))
        peerlib.hold(conn, 5)
    with Server(broken) as p:
        rows = rows_of("tls_versions", "127.0.0.1", p.port, "AND version = 'TLSv1.2' AND family = 'all'")["rows"]
        check("an unreadable answer declines nothing", [(r["version"], r["accepted"]) for r in rows], [("TLSv1.2", None)])


def own_one_connection():
    def handler(conn):
        tls_peer.answer_cr(conn, 1)
        tls = tls_peer.Tls(conn, tls_context())
        tls.handshake()
        tls.read()
        tls.write(tls_peer.connect_response(1))
        peerlib.hold(conn, 5)
    with Server(handler) as p:
        where = "WHERE host = '127.0.0.1' AND port = %d" % p.port
        answer = query("SELECT (SELECT count(*) FROM rdp_handshake %s) AS h, (SELECT count(*) FROM tls_certificate %s) AS c, "
                       "(SELECT max(symptom) FROM rdp_handshake %s) AS s" % (where, where, where))
        check("handshake and certificate", answer["rows"], [{"h": 1, "c": 1, "s": "tls"}])
        check("in one connection", p.connections, 1)


def own_without_tls():
    alone = WORK / "alone"
    alone.mkdir()
    program = shutil.copy(PROGRAM, alone)
    with Script("nla_peer.py ok") as p:
        answer = rows_of("rdp_handshake", "127.0.0.1", p.port, program=program)
        row = answer["rows"][0]
        if row["stage"] is not None:
            print("skipped: TLS is installed where the program looks for it")
            return
        check("without TLS", (row["stage"], row["symptom"], row["selected_protocol"], row["server_kind"], row["tls_version"],
                              [g["state"] for g in answer["gaps"]]), (None, None, 2, "windows", None, ["unsupported"]))
    with Script("x224_peer.py fail-5") as p:
        answer = rows_of("rdp_handshake", "127.0.0.1", p.port, program=program)
        check("without TLS, decided before", (answer["rows"][0]["symptom"], answer["gaps"]), ("failure-5", []))


def peak_kib(port, host="127.0.0.1"):
    """Peak memory of a probe in KiB, as the kernel counts it for the process while it runs."""
    p = subprocess.Popen([PROGRAM, "query", "SELECT stage FROM rdp_handshake WHERE host = '%s' AND port = %d" % (host, port)],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while p.poll() is None:
        try:
            with open("/proc/%d/status" % p.pid, encoding="ascii") as f:
                peak = max([peak] + [int(line.split()[1]) for line in f if line.startswith("VmHWM:")])
        except OSError:
            break
        time.sleep(0.0005)
    p.wait()
    return peak


def own_memory():
    """A hostile server makes the probe take no more than 1 MB beyond what a healthy one does."""
    def x224_flood(conn):
        peerlib.read_tpkt(conn)
        while True:
            conn.sendall(b"\x03\x00\xff\xff" + bytes(65531))

    def tls_flood(conn):
        peerlib.read_tpkt(conn)
        conn.sendall(confirm(1))
        conn.recv(4096)
        while True:
            conn.sendall(b"\x16\x03\x03\x40\x00" + b"\x0b\x00\xff\xff" + bytes(0x3ffc))

    def credssp_flood(conn):
        peerlib.read_tpkt(conn)
        conn.sendall(confirm(2))
        tls = tls_peer.Tls(conn, tls_context())
        tls.handshake()
        tls.read()
        tls.write(b"\x30\x84\x7f\xff\xff\xff")
        while True:
            tls.write(bytes(16000))

    def http_flood(conn):
        while True:
            conn.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 60000)
    with Script("nla_peer.py ok") as p:
        healthy = max(peak_kib(p.port) for _ in range(3))
    if healthy > 40000:
        print("skipped: memory of a sanitized program says nothing")
        return
    for name, handler in (("x224", x224_flood), ("tls", tls_flood), ("credssp", credssp_flood), ("http", http_flood)):
        with Server(handler) as p:
            more = peak_kib(p.port) - healthy
            check("memory, %s flood: %d KiB more than a healthy server's %d" % (name, more, healthy), more <= 1024, True)


def own_counted():
    """How often a whole run contacts a server: `probe` once, and a walk with all its checks once for each question."""
    def handler(conn):
        asked = peerlib.read_tpkt(conn)
        with lock:
            offers.append(bytes(asked or b""))
        conn.sendall(peerlib.cc(peerlib.neg_failure(5)))
    offers = []
    with Server(lambda conn: sign_in(conn, Arguments())) as p:
        subprocess.run([PROGRAM, "probe", "--quiet", "127.0.0.1:%d" % p.port], stdin=subprocess.DEVNULL, capture_output=True, timeout=40)
        check("connections of probe", p.connections, 1)
    with Server(handler) as p:
        subprocess.run([PROGRAM, "--code", "0x904", "--ext", "0x7", "--host", "127.0.0.1", "--port", str(p.port), "--no-session", "--quiet",
                        "--no-pager"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        # tcp_connect and rdp_handshake ask once each, path_mtu shares the second; ping needs three more where ICMP is not allowed.
        check("a walk asks at all", len(offers) > 0, True)
        check("connections of a walk: %d, with a request: %d" % (p.connections, len(offers)), p.connections <= 5 and len(offers) == 1, True)


def own_bad_names():
    """What can be no host is turned down before anybody is asked."""
    for name in ("", ":3389", "a b", "[::1", "bad\x1b[31mname", "a\nb", "n" * 254, "host:0", "host:99999"):
        p = subprocess.run([PROGRAM, "probe", name], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
        check("status for %.20r" % name, (p.returncode, p.stdout, b"I will connect" in p.stderr, b"\x1b" in p.stderr, len(p.stderr) < 200),
              (2, b"", False, False, True))


OWN = {name[4:]: function for name, function in list(globals().items()) if name.startswith("own_")}


def attempt(name, function, *arguments):
    try:
        function(*arguments)
    except Exception as e:  # noqa: BLE001 - one failing row must not hide the others
        check(name, "%s: %s" % (type(e).__name__, e), "no exception")


def main():
    start = time.monotonic()
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    subprocess.run([sys.executable, "-B", str(PEERS / "certs.py"), "--name", "localhost", str(CERTS), *KINDS], check=True)
    lines = [line for line in (PEERS / "scenarios.tsv").read_text().splitlines() if line and line[0] != "#"]
    jobs = [(" ".join(line.split("\t")[:2]), scenario, line) for line in lines]
    jobs += [(name, function) for name, function in OWN.items()]
    jobs = [j for j in jobs if part in j[0]]
    # Those that wait run side by side; the others few at a time, so that nobody seems slow.
    patient = [j for j in jobs if len(j) == 3 and ("\ttimeout\t" in j[2] + "\t" or "slow" in j[0] or "late" in j[0])]
    with concurrent.futures.ThreadPoolExecutor(16) as waiting, concurrent.futures.ThreadPoolExecutor(3) as busy:
        for j in jobs:
            (waiting if j in patient else busy).submit(attempt, *j)
    shutil.rmtree(WORK)
    print("%d scenarios and %d combinations in %.1f s" % (sum(len(j) == 3 for j in jobs), sum(len(j) == 2 for j in jobs),
                                                         time.monotonic() - start))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
