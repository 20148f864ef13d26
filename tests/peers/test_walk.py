#!/usr/bin/env python3
"""The walk of rdp/0x904-0x7 with --host against each server of ../shared/peers: it must end at the cause that the probe can tell.

Usage: test_walk.py PROGRAM [NAME-PART]
The real program and the shipped knowledge. WALKS says for every scenario of scenarios.tsv which way the walk takes and which cause comes first.
Prints "N passed, N failed"; exit status 77 = skipped.
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_peers as peers  # noqa: E402

HOW, OTHER, TCP = "how-far-does-a-connection-get", "what-does-the-other-server-answer", "does-the-computer-answer-on-the-rdp-port"
HANGS = (HOW, "no rdp answer", "remote-desktop-services-hangs-or-crashes", "possible")
NOT_RDP = (HOW, "not rdp", "it-is-not-a-remote-desktop-server-at-all", "confirmed")
LISTENER = (HOW, "refused security", "the-listener-is-set-to-an-old-or-contradictory-kind-of-security", "confirmed")
KEY = "the-self-signed-certificate-or-its-key-cannot-be-used"
IN_TLS = (HOW, "closed in tls", KEY, "possible")
STALLS = (HOW, "stalls in tls", "a-firewall-or-proxy-on-the-way-cuts-the-protocol-off", "possible")
AFTER_TLS = (HOW, "closed after tls", "remote-desktop-services-hangs-or-crashes", "possible")
# Nothing that a probe can see is wrong: what is left, only people and logs know.
HEALTHY = (HOW, "all the way", None, "possible")
CLOCKS = (HOW, "clocks differ", "the-clocks-differ-too-much", "confirmed")
OLD_TLS = (HOW, "old tls", "rdp/tls#the-server-knows-only-old-tls", "confirmed")
ALERT = (HOW, "tls alert", "tls-12-is-switched-off-on-the-server", "possible")
# The question that decides, its label, the first cause (None: the probe cannot tell), its status.
WALKS = {
    "tcp_peer.py close": HANGS,
    "tcp_peer.py reset": HANGS,
    "tcp_peer.py close-cr": HANGS,
    "tcp_peer.py reset-cr": HANGS,
    "tcp_peer.py silent": HANGS,
    "tcp_peer.py deaf": HANGS,
    "tcp_peer.py backlog": (TCP, "timeout", "the-firewall-of-the-server-does-not-let-remote-desktop-in", "possible"),
    "tcp_peer.py ssh": NOT_RDP,
    "tcp_peer.py http": NOT_RDP,
    "tcp_peer.py tls": NOT_RDP,
    "x224_peer.py fail-1": LISTENER,
    "x224_peer.py fail-2": LISTENER,
    "x224_peer.py fail-3": (HOW, "no certificate", KEY, "possible"),
    "x224_peer.py fail-4": LISTENER,
    "x224_peer.py fail-5": LISTENER,
    "x224_peer.py fail-6": LISTENER,
    "x224_peer.py fail-99": (HOW, "unknown refusal", "the-other-servers-service-or-session-does-not-start", "possible"),
    "x224_peer.py rdp-only": (OTHER, "certificate trouble", "the-other-server-cannot-use-its-certificate-or-key", "possible"),
    "x224_peer.py legacy": LISTENER,
    "x224_peer.py unasked": STALLS,  # it answers to the offer of NLA, and then says nothing
    "x224_peer.py close": HANGS,
    "x224_peer.py reset": HANGS,
    "x224_peer.py silent": HANGS,
    "x224_peer.py ultimatum": (OTHER, "no answer", "the-other-servers-service-or-session-does-not-start", "possible"),
    "x224_peer.py short": HANGS,
    "x224_peer.py badlen": HANGS,
    "x224_peer.py garbage": NOT_RDP,
    "tls_peer.py ok": HEALTHY,
    "tls_peer.py reset-hello": IN_TLS,
    "tls_peer.py close-hello": IN_TLS,
    "tls_peer.py silent-hello": STALLS,
    "tls_peer.py plain-hello": IN_TLS,
    "tls_peer.py alert-hello": ALERT,
    "tls_peer.py alert-version": ALERT,
    "tls_peer.py alert-internal": (HOW, "fails inside", KEY, "possible"),
    "tls_peer.py reset-flight": IN_TLS,
    "tls_peer.py stall-flight": STALLS,
    "tls_peer.py slow-flight": HEALTHY,
    "tls_peer.py late-x224 --delay 2": HEALTHY,
    "tls_peer.py slow-x224 --delay 0.6": HANGS,
    "tls_peer.py reset-finished": AFTER_TLS,
    "tls_peer.py close-finished": AFTER_TLS,
    "tls_peer.py silent-finished": AFTER_TLS,
    "tls_peer.py tls10": OLD_TLS,
    "tls_peer.py tls11": OLD_TLS,
    "tls_peer.py tls12": HEALTHY,
    "tls_peer.py ok --cert expired": (HOW, "expired certificate", "the-certificate-that-the-server-shows-has-expired", "confirmed"),
    "tls_peer.py ok --cert expiring": HEALTHY,
    "tls_peer.py ok --cert notyet": CLOCKS,
    "tls_peer.py ok --cert wrongname": HEALTHY,
    "tls_peer.py ok --cert rsa1024": HEALTHY,
    "tls_peer.py ok --cert sha1": HEALTHY,
    "tls_peer.py ok --cert md5": HEALTHY,
    "tls_peer.py ok --cert clientonly": HEALTHY,
    "tls_peer.py ok --cert good": HEALTHY,
    "nla_peer.py ok": HEALTHY,
    "nla_peer.py ok --skew 900": CLOCKS,
    "nla_peer.py ok --build 6.1.7601": HEALTHY,
    "nla_peer.py old": (HOW, "all the way", "one-side-lacks-the-credssp-updates", "confirmed"),
    "nla_peer.py notime": HEALTHY,
    "nla_peer.py refuse": (HOW, "ntlm refused", "ntlm-is-forbidden-and-kerberos-was-not-used", "possible"),
    "nla_peer.py reset": AFTER_TLS,
    "nla_peer.py close": AFTER_TLS,
    "nla_peer.py silent": AFTER_TLS,
    "nla_peer.py garbage": AFTER_TLS,
}
# What a probe tells is never left to a person, except what kind of system answers when nothing comes back that would tell.
PROBED = {"is-the-computers-name-found", TCP, HOW, OTHER}
NEVER_ASKED = {"which-code-does-the-clients-own-log-show", "what-kind-of-server-answers"}  # ask: never


def walk(name):
    node, label, cause, status = WALKS[name]
    with peers.Script(name) as server:
        p = subprocess.run([peers.PROGRAM, "--code", "0x904", "--ext", "0x7", "--host", "localhost", "--port", str(server.port), "--format=json",
                            "--no-session", "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                           env=dict(os.environ, SSL_CERT_FILE=str(peers.CERTS / "ca.crt")))
    if p.returncode not in (0, 3):
        raise RuntimeError("status %d: %s" % (p.returncode, p.stderr[-400:]))
    d = json.loads(p.stdout)
    answers = {a["node"]: a["label"] for a in d["answers"]}
    open_nodes = [o["node"] for o in d["open"]]
    peers.check(name + ": " + node, answers.get(node), label)
    first = d["causes"][0]
    peers.check(name + ": first cause", (cause and first["id"], first["status"]), (cause, status))
    peers.check(name + ": asked although the probe tells", sorted(PROBED & set(open_nodes)), [])
    peers.check(name + ": answered by", {a["by"] for a in d["answers"]}, {"machine"})
    asked = [n for n in open_nodes if n not in NEVER_ASKED]
    if node == HOW and label == "all the way" and cause is None:
        peers.check(name + ": first question", asked[:1], ["when-does-the-connection-end"])


def main():
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    subprocess.run([sys.executable, "-B", str(peers.PEERS / "certs.py"), "--name", "localhost", str(peers.CERTS), *peers.KINDS], check=True)
    lines = [line.split("\t") for line in (peers.PEERS / "scenarios.tsv").read_text().splitlines() if line and line[0] != "#"]
    names = [" ".join(line[:2]) for line in lines]
    peers.check("a walk for each scenario", sorted(WALKS), sorted(names))
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for name in names:
            if part in name and name in WALKS:
                pool.submit(peers.attempt, name, walk, name)
    shutil.rmtree(peers.WORK)
    print("%d passed, %d failed" % (peers.passed, peers.failed))
    return 1 if peers.failed else 0


if __name__ == "__main__":
    sys.exit(main())
