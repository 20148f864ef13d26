"""tests/peers/test_net_peers.py - names, UDP, gateways and paths against servers and networks that fail in one way each (../shared/peers).

Names and paths are tried in network namespaces that this program makes and removes itself: skipped where that is not allowed, or ip, nft or
unshare are missing. Everything else stays on loopback. Usage: test_net_peers.py PROGRAM [WORD...]"""
import concurrent.futures
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.environ.get("TS_SOURCE_ROOT", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
PEERS = os.path.normpath(os.path.join(ROOT, "../shared/peers"))
PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
ENV = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC0")
ENV.pop("TROUBLESHOOT_KB", None)
ENV.pop("SOURCE_DATE_EPOCH", None)
CERT = {}


class Skip(Exception):
    pass


def start(command, prefix=()):
    """A peer; waits for its line "listening ADDRESS PORT" (or "ready") and returns it with its port."""
    p = subprocess.Popen([*prefix, sys.executable, *command, "--lifetime", "60"], cwd=PEERS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         text=True, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    line = p.stdout.readline().split()
    if not line:
        p.wait()
        raise AssertionError("%s did not start" % " ".join(command))
    return p, int(line[2]) if len(line) > 2 else 0


def stop(p):
    p.terminate()
    p.wait()
    p.stdout.close()


def query(sql, prefix=(), timeout=40):
    """Rows and gaps of one SELECT."""
    p = subprocess.run([*prefix, PROGRAM, "query", "--format=json", "--timeout=20", sql], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, env=ENV, timeout=timeout)
    assert p.returncode == 0, p.stderr[-600:]
    answer = json.loads(p.stdout)
    return answer["rows"], answer["gaps"]


def probe(*args, prefix=(), timeout=60):
    p = subprocess.run([*prefix, PROGRAM, "probe", "--format=json", "--quiet", "--timeout=20", *args], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, env=ENV, timeout=timeout)
    assert p.returncode == 0, p.stderr[-600:]
    return json.loads(p.stdout)


def one(answer):
    rows, gaps = answer
    assert len(rows) == 1 and not gaps, (rows, gaps)
    return rows[0]


def expect(row, **want):
    """Every member equals; a function is asked instead."""
    for name, value in want.items():
        good = value(row[name]) if callable(value) else row[name] == value
        assert good, "%s is %r, expected %s; row %r" % (name, row[name], "something else" if callable(value) else repr(value), row)


def has(text):
    return lambda v: v is not None and text in v


def between(low, high):
    return lambda v: v is not None and low <= v <= high


# --- UDP ---

UDP = [
    ("ok", dict(state="open", retries=0, version=2, detail=None)),
    ("v1", dict(state="open", version=1)),
    ("unpadded", dict(state="open")),
    ("late", dict(state="open", retries=0, elapsed_ms=between(490, 990))),
    ("lossy", dict(state="open", retries=2, detail=has("packets get lost"))),
    ("wrongack", dict(state="malformed", detail=has("another number"))),
    ("garbage", dict(state="malformed")),
    ("silent", dict(state="no-answer", retries=2, elapsed_ms=between(2900, 4500))),
]


def udp_case(mode, want):
    p, port = start(["rdpeudp_peer.py", mode])
    try:
        expect(one(query("SELECT * FROM udp_probe WHERE host = '127.0.0.1' AND port = %d" % port)), **want)
    finally:
        stop(p)


def udp_closed():
    p, port = start(["rdpeudp_peer.py", "ok"])
    stop(p)
    expect(one(query("SELECT * FROM udp_probe WHERE host = '127.0.0.1' AND port = %d" % port)), state="closed", rejected_by="127.0.0.1")


# --- gateway ---

GATEWAY = [
    ("ok", dict(state="ok", http_status=401, schemes="Negotiate,NTLM", transport="http", server_computer=has("gateway"),
                server_build=has("10.0.17763"), clock_skew_s=between(-2, 2), findings=has("self-signed"), tls_version="TLSv1.3")),
    ("ok --skew 900", dict(state="ok", clock_skew_s=between(897, 903))),
    ("basic", dict(state="ok", schemes="Basic", server_computer=None, clock_skew_s=None)),
    ("missing", dict(state="missing", http_status=404, transport=None)),
    ("forbidden", dict(state="forbidden", http_status=403)),
    ("unavailable", dict(state="unavailable", http_status=503)),
    ("portal", dict(state="portal", http_status=302, location="https://portal.invalid/login")),
    ("method", dict(state="method", http_status=405)),
    ("plain", dict(state="plain")),
    ("reset", dict(state="reset")),
]


def gateway_case(args, want):
    p, port = start(["gateway_peer.py", *args.split()])
    try:
        expect(one(query("SELECT * FROM rd_gateway WHERE host = '127.0.0.1' AND port = %d" % port)), **want)
    finally:
        stop(p)


def gateway_other(script, mode, state):
    p, port = start([script, mode])
    try:
        expect(one(query("SELECT * FROM rd_gateway WHERE host = '127.0.0.1' AND port = %d" % port)), state=lambda v: v in state.split("|"))
    finally:
        stop(p)


def gateway_probe():
    g, gport = start(["gateway_peer.py", "portal"])
    r, rport = start(["tls_peer.py", "ok"])
    try:
        d = probe("127.0.0.1:%d" % rport, "--gateway", "127.0.0.1:%d" % gport)
        assert d["stage"] == "ok" and d["gateway"]["state"] == "portal", d
        assert [s["symptom"] for s in d["stages"] if s["stage"] == "gateway"] == ["portal"], d
    finally:
        stop(g)
        stop(r)


def gateway_rpc():
    """A gateway of before Server 2012: it knows only RPC over HTTP, on a path of its own."""
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([sys.executable, "-B", os.path.join(PEERS, "certs.py"), d, "self"], check=True, stdout=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(d, "self.crt"), os.path.join(d, "self.key"))
        asked = []

        def serve(listener):
            conn, _ = listener.accept()
            with context.wrap_socket(conn, server_side=True) as tls:
                rest = b""
                while True:
                    while b"\r\n\r\n" not in rest:
                        more = tls.recv(4096)
                        if not more:
                            return
                        rest += more
                    head, _, rest = rest.partition(b"\r\n\r\n")
                    asked.append(head.split(b"\r\n")[0].decode())
                    known = head.startswith(b"RPC_OUT_DATA /rpc/rpcproxy.dll?localhost:3388 ")
                    status, more = ("401 Unauthorized", "WWW-Authenticate: NTLM\r\n") if known else ("404 Not Found", "")
                    tls.sendall(("HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n" % (status, more)).encode())
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(4)
            t = threading.Thread(target=serve, args=(listener,), daemon=True)
            t.start()
            expect(one(query("SELECT * FROM rd_gateway WHERE host = '127.0.0.1' AND port = %d" % listener.getsockname()[1])),
                   state="ok", http_status=401, transport="rpc", schemes="NTLM")
            t.join(5)
        assert asked[0].startswith("RDG_OUT_DATA ") and asked[1].startswith("RPC_OUT_DATA "), asked


# --- the command line ---


def run_probe(*args):
    return subprocess.run([PROGRAM, "probe", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV, timeout=60)


def usage():
    for args in ([], ["a", "b"], ["x:99999"], ["x:"], ["x:0"], [""], ["a b"], ["user@host"], ["--gateway=y:z", "x"], ["--format=html", "x"],
                 ["--gateway"], ["--code=0x904", "x"]):
        r = run_probe(*args)
        assert r.returncode == 2 and r.stdout == "" and "troubleshoot: error: " in r.stderr, (args, r)
    r = run_probe("--format=json")
    assert r.returncode == 2 and json.loads(r.stdout)["schema"] == "troubleshoot.error", r


def closed_port():
    p, port = start(["tcp_peer.py", "close"])
    stop(p)
    r = run_probe("--exit-code", "127.0.0.1:%d" % port)
    assert r.returncode == 1 and "FAIL     tcp" in r.stdout and "0x204" in r.stdout, r
    assert r.stderr == "I will connect to 127.0.0.1 port %d; I send no password.\n" % port, r
    r = run_probe("--quiet", "[::1]:%d" % port)
    assert r.returncode == 0 and r.stderr == "" and "::1 port %d" % port in r.stdout, r
    assert all(c == "\n" or c.isprintable() for c in r.stdout), r


def healthy():
    p, port = start(["nla_peer.py", "ok"])
    try:
        d = probe("127.0.0.1:%d" % port)
        assert (d["schema"], d["version"], d["stage"], d["symptom"]) == ("troubleshoot.probe", 1, "ok", "nla"), d
        assert d["target"] == {"host": "127.0.0.1", "port": port, "gateway": None} and d["points_to"] is None, d
        assert "self-signed" in d["findings"] and d["certificate"]["sha256"] and d["server"]["computer"], d
        assert [s["stage"] for s in d["stages"]] == ["dns", "tcp", "x224", "tls", "credssp", "certificate", "udp"], d
        assert all(s["ms"] is None or s["ms"] >= 0 for s in d["stages"]) and d["gaps"] == [], d
        r = run_probe("--exit-code", "127.0.0.1:%d" % port)
        assert r.returncode == 0 and "healthy" in r.stdout, r
    finally:
        stop(p)


# --- names: a namespace of its own for each, with a resolv.conf and a hosts file that only it sees ---

NAMES = [
    # mode of dns_peer.py, name, hosts file, what the name server's A row says, what the system's row says, symptom of probe
    ("a --address 192.0.2.7", "srv1.corp.test", "", dict(state="found", address="192.0.2.7", ttl=1, server="127.0.0.1"),
     dict(state="found", address="192.0.2.7", hosts_file=0), None),
    ("cname --address 192.0.2.7", "srv1.corp.test", "", dict(state="found", canonical_name="target.corp.test"), dict(state="found"), None),
    ("nxdomain", "srv1.corp.test", "", dict(state="nxdomain", detail=has("NXDOMAIN")), dict(state="nxdomain"), "nxdomain"),
    ("nodata", "srv1.corp.test", "", dict(state="nodata"), dict(state="nodata"), "nodata"),
    ("servfail", "srv1.corp.test", "", dict(state="servfail"), dict(state="error"), "servfail"),
    ("refused", "srv1.corp.test", "", dict(state="refused"), dict(state="error"), "refused"),
    ("silent", "srv1.corp.test", "", dict(state="timeout", elapsed_ms=between(3500, 6000)), dict(state="error"), "timeout"),
    ("wrongid", "srv1.corp.test", "", dict(state="timeout", detail=has("not to be believed")), dict(state="error"), "timeout"),
    ("late --delay 1.4 --address 192.0.2.7", "srv1.corp.test", "", dict(state="found", elapsed_ms=between(1300, 3500), detail=has("asked")),
     dict(), None),
    ("truncated --address 192.0.2.7", "srv1.corp.test", "", dict(state="found", address="192.0.2.7", detail=has("over TCP")),
     dict(state="found"), None),
    ("loop", "srv1.corp.test", "", dict(state="servfail", detail=has("circle")), dict(), None),
    ("a --address 192.0.2.7", "srv1.corp.test", "192.0.2.99 srv1.corp.test", dict(state="found", address="192.0.2.7"),
     dict(state="found", address="192.0.2.99", hosts_file=1, detail=has("hosts file")), None),
    ("a --address 192.0.2.7", "srv1", "", dict(state="found", detail=has("asked for srv1.corp.test")), dict(state="found"), None),
    ("", "srv1.corp.test", "", dict(state="error", detail=has("no name server runs there")), dict(state="error"), None),
]


def names_inside(case):
    """Runs in the namespace: prints what the program says as JSON."""
    mode, name, hosts, *_ = NAMES[case]
    with tempfile.TemporaryDirectory() as d:
        for file, text in (("resolv.conf", "nameserver 127.0.0.1\nsearch corp.test\noptions timeout:1 attempts:2\n"),
                           ("hosts", "127.0.0.1 localhost\n%s\n" % hosts), ("nsswitch.conf", "hosts: files dns\n")):
            path = os.path.join(d, file)
            with open(path, "w") as f:
                f.write(text)
            subprocess.run(["mount", "--bind", path, "/etc/" + file], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        p = start(["dns_peer.py", *mode.split(), "--port", "53"])[0] if mode else None
        try:
            rows, gaps = query("SELECT * FROM dns_lookup WHERE host = '%s'" % name)
            out = {"rows": rows, "gaps": gaps}
            if mode == "silent":
                begin = time.monotonic()
                subprocess.run([PROGRAM, "query", "--timeout=1", "SELECT * FROM dns_lookup WHERE host = '%s'" % name], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=ENV, timeout=40)
                out["cut_after"] = time.monotonic() - begin
            if NAMES[case][5]:
                out["probe"] = probe(name)
        finally:
            if p:
                stop(p)
        print(json.dumps(out))


def names_case(case):
    mode, name, hosts, from_server, from_system, symptom = NAMES[case]
    if not shutil.which("unshare") or not shutil.which("ip"):
        raise Skip("ip or unshare are missing")
    if not all(os.path.exists("/etc/" + f) for f in ("resolv.conf", "hosts", "nsswitch.conf")):
        raise Skip("/etc/resolv.conf, hosts or nsswitch.conf is missing")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    p = subprocess.run(["unshare", "--net", "--mount", *user, sys.executable, os.path.abspath(__file__), PROGRAM, "--inside", str(case)],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV, timeout=90)
    if p.returncode and "Operation not permitted" in p.stderr:
        raise Skip("namespaces are not allowed here")
    assert p.returncode == 0, p.stderr[-600:]
    out = json.loads(p.stdout)
    assert not out["gaps"], out
    # The check's limit is one second: the look-up ends with it, although the name server would be asked for longer.
    assert out.get("cut_after", 1.1) < 1.6, out["cut_after"]
    expect([r for r in out["rows"] if r["source"] == "server" and r["record_type"] == "A"][0], **from_server)
    expect([r for r in out["rows"] if r["source"] == "system"][0], **from_system)
    if symptom:
        d = out["probe"]
        assert (d["stage"], d["symptom"]) == ("dns", symptom), (d["stage"], d["symptom"])
        assert "127.0.0.1" in d["stages"][0]["detail"] or symptom in ("nxdomain", "nodata"), d["stages"]


# --- paths: client - router - server ---

SERVER, ROUTER = "10.77.1.2", "10.77.0.1"
TCP = "SELECT * FROM tcp_connect WHERE host = '%s' AND port = 3389" % SERVER
UDP_SQL = "SELECT * FROM udp_probe WHERE host = '%s' AND port = 3389" % SERVER
PING = "SELECT * FROM ping WHERE host = '%s' AND port = 3389" % SERVER
MTU = "SELECT * FROM path_mtu WHERE host = '%s' AND port = 3389" % SERVER


class Lab:
    """netlab.py's three namespaces, gone again at the end."""

    def __init__(self, name, peer):
        if os.geteuid() != 0:
            raise Skip("only root may make a network of namespaces")
        for tool in ("ip", "nft", "tc"):
            if not shutil.which(tool):
                raise Skip("%s is missing" % tool)
        self.prefix = "ts%d%s" % (os.getpid() % 10000, name)
        self.peer = None
        self.netlab("up")
        if peer:
            self.peer = start([*peer, "--bind", SERVER, "--port", "3389"], self.inside("server"))[0]

    def netlab(self, *args):
        p = subprocess.run([sys.executable, "netlab.py", "--prefix", self.prefix, *args], cwd=PEERS, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        if p.returncode:
            self.close()
            raise Skip("netlab.py %s: %s" % (" ".join(args), p.stdout.strip().splitlines()[-1]))

    def inside(self, role):
        return ["ip", "netns", "exec", "%s-%s" % (self.prefix, role)]

    def query(self, sql):
        return query(sql, self.inside("client"))

    def probe(self):
        return probe(SERVER, prefix=self.inside("client"))

    def close(self):
        if self.peer:
            stop(self.peer)
            self.peer = None
        subprocess.run([sys.executable, "netlab.py", "--prefix", self.prefix, "down"], cwd=PEERS, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def path_tcp():
    with Lab("t", ["tls_peer.py", "ok"]) as lab:
        for kind, state in (("port-unreachable", "rejected"), ("admin-prohibited", "rejected"), ("host-prohibited", "rejected"),
                            ("host-unreachable", "unreachable"), ("net-unreachable", "unreachable")):
            lab.netlab("fault", "reject", kind)
            expect(one(lab.query(TCP)), state=state, rejected_by=ROUTER, detail=has("ICMP"))
            lab.netlab("clear")
        lab.netlab("fault", "reset")
        expect(one(lab.query(TCP)), state="refused", rejected_by=None)
        lab.netlab("clear")
        expect(one(lab.query(TCP)), state="open", path_mtu=1500)
        lab.netlab("fault", "drop")
        expect(one(lab.query(TCP)), state="timeout", retransmits=lambda v: v > 0)
        lab.netlab("clear")
        lab.netlab("fault", "drop-back")
        expect(one(lab.query(TCP)), state="timeout")


def path_icmp_drop():
    """Where ICMP is dropped, ping says nothing about the computer: TCP is tried, and the row says so."""
    with Lab("i", ["tls_peer.py", "ok"]) as lab:
        lab.netlab("fault", "icmp-drop")
        rows, gaps = lab.query(PING)
        assert not gaps and rows, (rows, gaps)
        if rows[0]["method"] == "tcp":  # the lab drops errors only, or all of ICMP
            expect(rows[0], received=3, detail=None)
            expect(rows[1], method="icmp", received=0, detail=has("filtered"))
        else:
            expect(rows[0], method="icmp", received=20)


def path_rate():
    """A slow line is no fault: every stage is passed."""
    with Lab("r", ["tls_peer.py", "ok"]) as lab:
        lab.netlab("fault", "rate", "256")
        d = lab.probe()
        assert (d["stage"], d["symptom"]) == ("ok", "tls"), (d["stage"], d["symptom"])
        expect(one(lab.query(PING)), method="icmp", received=20, loss_percent=0)


def path_handshake():
    with Lab("h", ["tls_peer.py", "ok"]) as lab:
        for fault, stage, symptom in (("reset-x224", "x224", "reset"), ("reset-tls", "tls", "reset"), ("drop-data", "x224", "timeout")):
            lab.netlab("fault", fault)
            d = lab.probe()
            assert (d["stage"], d["symptom"]) == (stage, symptom), (fault, d["stage"], d["symptom"])
            lab.netlab("clear")


def path_black_hole():
    with Lab("m", ["tls_peer.py", "ok"]) as lab:
        lab.netlab("fault", "mtu", "1200")
        lab.netlab("fault", "icmp-drop")
        expect(one(lab.query(MTU)), black_hole=1, mtu=between(1190, 1200), detail=has("vanish"))


def path_black_hole_probe():
    with Lab("p", ["tls_peer.py", "ok"]) as lab:
        lab.netlab("fault", "mtu", "1200")
        lab.netlab("fault", "icmp-drop")
        d = lab.probe()
        assert (d["stage"], d["symptom"]) == ("tls", "timeout") and "mtu" in d["findings"], d
        assert "Large packets" in d["verdict"], d["verdict"]


def path_wide_hole():
    """A path of 1400 passes the handshake and breaks the session later."""
    with Lab("w", ["tls_peer.py", "ok"]) as lab:
        lab.netlab("fault", "mtu", "1400")
        lab.netlab("fault", "icmp-drop")
        expect(one(lab.query(MTU)), black_hole=1, mtu=between(1390, 1400))


def path_mtu_told():
    with Lab("n", ["tls_peer.py", "ok"]) as lab:
        expect(one(lab.query(MTU)), black_hole=0, mtu=1500)
        lab.netlab("fault", "mtu", "1300")
        expect(one(lab.query(MTU)), black_hole=0, mtu=1300)


def path_silent_server():
    """Silence whatever the size of packets is not the path."""
    with Lab("s", ["tls_peer.py", "silent-hello"]) as lab:
        expect(one(lab.query(MTU)), black_hole=0, mtu=None, detail=has("not the reason"))


def path_lockout():
    with Lab("l", ["tls_peer.py", "ok"]) as lab:
        lab.netlab("fault", "lockout", "3")
        lab.netlab("fault", "icmp-drop")
        rows, gaps = lab.query("SELECT p.method, p.received, p.detail FROM tcp_connect t, ping p WHERE t.host = '%s' AND t.port = 3389 "
                               "AND p.host = t.host AND p.port = 3389" % SERVER)
        tcp = [r for r in rows if r["method"] == "tcp"]
        assert tcp and "may have set off" in tcp[0]["detail"], (rows, gaps)


def path_udp():
    with Lab("u", ["rdpeudp_peer.py", "ok"]) as lab:
        expect(one(lab.query(UDP_SQL)), state="open", retries=0)
        lab.netlab("fault", "udp-reject")
        expect(one(lab.query(UDP_SQL)), state="blocked", rejected_by=ROUTER)
        lab.netlab("clear")
        lab.netlab("fault", "udp-drop")
        expect(one(lab.query(UDP_SQL)), state="no-answer", retries=2)


def path_loss():
    with Lab("o", None) as lab:
        expect(one(lab.query(PING)), method="icmp", sent=20, received=20, loss_percent=0, median_ms=between(0, 50))
        lab.netlab("fault", "loss", "40")
        expect(one(lab.query(PING)), method="icmp", sent=20, loss_percent=between(5, 99))


def path_delay():
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        raise Skip("a slow link needs root and /dev/net/tun")
    left, right = "ts%dle" % (os.getpid() % 10000), "ts%dri" % (os.getpid() % 10000)
    link = None
    try:
        for name in (left, right):
            subprocess.run(["ip", "netns", "add", name], check=True)
        try:
            link = start(["tun_link.py", left, right, "--delay", "40", "--jitter", "10"])[0]
        except AssertionError:
            raise Skip("no TUN device can be made here")
        row = one(query("SELECT * FROM ping WHERE host = '10.78.0.2'", ["ip", "netns", "exec", left]))
        expect(row, method="icmp", received=20, median_ms=between(60, 120), jitter_ms=between(1, 40))
        rows, _ = query("SELECT * FROM tcp_connect WHERE host = '10.78.0.2' AND port = 9", ["ip", "netns", "exec", left])
        expect(rows[0], state="refused", elapsed_ms=between(55, 150))
    finally:
        if link:
            stop(link)
        for name in (left, right):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)


# --- everything, side by side ---

def cases():
    for f in (path_black_hole_probe, path_black_hole, path_wide_hole, path_mtu_told, path_silent_server, path_tcp, path_handshake, path_lockout,
              path_udp, path_loss, path_delay, path_icmp_drop, path_rate):
        yield f.__name__.replace("_", " "), f
    for i, row in enumerate(NAMES):
        yield "dns %s %s %s" % row[:3], lambda i=i: names_case(i)
    for mode, want in UDP:
        yield "udp " + mode, lambda m=mode, w=want: udp_case(m, w)
    yield "udp closed", udp_closed
    for args, want in GATEWAY:
        yield "gateway " + args, lambda a=args, w=want: gateway_case(a, w)
    yield "gateway ssh", lambda: gateway_other("tcp_peer.py", "ssh", "not-tls")
    yield "gateway alert", lambda: gateway_other("tcp_peer.py", "close", "closed|reset")  # both are right: a FIN at once
    yield "gateway rpc", gateway_rpc
    yield "gateway probe", gateway_probe
    yield "probe usage", usage
    yield "probe closed port", closed_port
    yield "probe healthy", healthy


def run(case):
    name, f = case
    begin = time.monotonic()
    try:
        f()
        return name, "ok", "", time.monotonic() - begin
    except Skip as e:
        return name, "skip", str(e), time.monotonic() - begin
    except Exception as e:  # whatever it is, the other cases go on
        return name, "FAIL", "%s: %s" % (type(e).__name__, e), time.monotonic() - begin


def main():
    words = sys.argv[2:]
    if not os.path.isdir(PEERS):
        print("skipped: %s is not there" % PEERS)
        sys.exit(77)
    wanted = [c for c in cases() if not words or any(w in c[0] for w in words)]
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for name, state, why, seconds in pool.map(run, wanted):
            count[state] += 1
            if state != "ok" or words:
                print("%-5s %5.1f s  %s%s%s" % (state, seconds, name, ": " if why else "", why[:1500]))
    print("%d passed, %d failed%s" % (count["ok"], count["FAIL"], ", %d skipped" % count["skip"] if count["skip"] else ""))
    sys.exit(1 if count["FAIL"] else 0)


if __name__ == "__main__":
    if sys.argv[2:3] == ["--inside"]:
        names_inside(int(sys.argv[3]))
    else:
        main()
