"""tests/wine/test_tls.py - TLS through Schannel: the Windows program under Wine looks at servers of this computer (openssl s_server, ../shared/peers).

Wine's Schannel stands on GnuTLS: it has no TLS 1.3, and it refuses certificates whose key usage does not fit the cipher, as those of the peers themselves
do not: these are made here. A reset it often tells as an end. What only Windows can show (TLS 1.3, a reset, an authority that is trusted) is not tested.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(os.environ["TS_SOURCE_ROOT"])
PEERS = ROOT.parent / "shared" / "peers"
RUN = shlex.split(os.environ.get("MESON_EXE_WRAPPER", "")) or [str(ROOT / "cross" / "wine-run")]
EXE = sys.argv[1]
# A peer, certificate, stage, symptom, other columns.
SCENARIOS = [
    ("tls_peer.py ok", "good", "ok", "tls", {"findings": "self-signed"}),
    ("tls_peer.py tls10", "good", "ok", "tls", {"findings": "self-signed,old-version", "tls_version": "TLSv1"}),
    ("tls_peer.py tls11", "good", "ok", "tls", {"findings": "self-signed,old-version", "tls_version": "TLSv1.1"}),
    ("tls_peer.py tls12", "good", "ok", "tls", {"findings": "self-signed", "tls_version": "TLSv1.2"}),
    ("tls_peer.py ok", "expired", "ok", "tls", {"findings": "expired,self-signed"}),
    ("tls_peer.py ok", "wrongname", "ok", "tls", {"findings": "self-signed,name-mismatch"}),
    ("tls_peer.py alert-hello", "good", "tls", "alert-40", {"alert": 40, "closed_by": "alert"}),
    ("tls_peer.py alert-version", "good", "tls", "alert-70", {"alert": 70}),
    ("tls_peer.py alert-internal", "good", "tls", "alert-80", {"alert": 80}),
    ("tls_peer.py reset-hello", "good", "tls", ("reset", "closed"), {}),
    ("tls_peer.py close-hello", "good", "tls", "closed", {}),
    ("tls_peer.py plain-hello", "good", "tls", "ultimatum", {"closed_by": "ultimatum"}),
    ("tls_peer.py silent-hello", "good", "tls", "timeout", {"closed_by": "silence"}),
    ("tls_peer.py stall-flight", "good", "tls", "timeout", {}),
    ("tls_peer.py slow-flight", "good", "ok", "tls", {"findings": "self-signed,slow"}),
    ("tls_peer.py silent-finished", "good", "after-tls", "timeout", {}),
    ("nla_peer.py ok", "good", "ok", "nla", {"server_computer": "winhost01.corp.test", "credssp_version": 6}),
    ("nla_peer.py refuse", "good", "credssp", "error-80090302", {}),
    ("nla_peer.py garbage", "good", "credssp", "malformed", {}),
]
failures = 0
checks = 0


def check(name, got, want):
    global failures, checks
    checks += 1
    if got != want:
        failures += 1
        print(f"{name}: got {got!r}, want {want!r}", flush=True)


def query(sql):
    done = subprocess.run([*RUN, EXE, "query", "--format=json", sql], capture_output=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
    if done.returncode == 77:
        print("skipped: there is no Wine")
        sys.exit(77)
    if done.returncode != 0:
        raise RuntimeError(f"{sql}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def openssl(*args):
    return subprocess.run(["openssl", *map(str, args)], capture_output=True, check=True).stdout


def make_certificates(folder):
    """An authority, a certificate of it, and some that sign themselves."""
    usage = "extendedKeyUsage=serverAuth"
    for name, subject, san, days in (("good", "localhost", "DNS:localhost", 365), ("expired", "localhost", "DNS:localhost", -1),
                                     ("wrongname", "other.test", "DNS:other.test", 365), ("ca", "Test authority", None, 365)):
        more = ["-addext", f"subjectAltName={san}", "-addext", usage, "-addext", "basicConstraints=critical,CA:FALSE"] if san else []
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt", "-subj",
                f"/CN={subject}", "-days", max(days, 1), *more)
        if days < 0:
            # No tool of this age makes one that was: sign it again with an end in the past.
            openssl("x509", "-in", folder / f"{name}.crt", "-signkey", folder / f"{name}.key", "-days", days, "-copy_extensions", "copy",
                    "-out", folder / f"{name}.crt")
    extensions = folder / "extensions"
    extensions.write_text(f"subjectAltName=DNS:localhost\n{usage}\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "signed.key", "-out", folder / "signed.csr", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", folder / "signed.csr", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", 90,
            "-extfile", extensions, "-out", folder / "signed.crt")


class Server:
    """openssl s_server on a free port."""

    def __init__(self, *args):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = subprocess.Popen(["openssl", "s_server", "-quiet", "-accept", f"127.0.0.1:{self.port}", *map(str, args)],
                                        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise RuntimeError("openssl s_server does not listen")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def chain(folder):
    with Server("-cert", folder / "signed.crt", "-key", folder / "signed.key", "-cert_chain", folder / "ca.crt") as server:
        rows = query(f"SELECT * FROM tls_certificate WHERE host = 'localhost' AND port = {server.port} AND mode = 'direct'")["rows"]
    check("chain", [(r["position"], r["common_name"], r["issuer"], r["self_signed"]) for r in rows],
          [(0, "localhost", "CN=Test authority", 0), (1, "Test authority", "CN=Test authority", 1)])
    for row, name in zip(rows, ("signed", "ca")):
        der = openssl("x509", "-in", folder / f"{name}.crt", "-outform", "DER")
        check(f"thumbprints of {name}", (row["sha1"], row["sha256"]),
              (hashlib.sha1(der).hexdigest().upper(), hashlib.sha256(der).hexdigest().upper()))
        dates = openssl("x509", "-in", folder / f"{name}.crt", "-noout", "-dates").decode().split("\n")
        want = tuple(int(ssl.cert_time_to_seconds(d.split("=")[1])) for d in dates[:2])
        check(f"dates of {name}", (row["not_before"], row["not_after"]), want)
    check("trust", [(r["trusted"], r["name_match"]) for r in rows[:1]], [(0, 1)])
    check("why not trusted", "authority is not trusted" in rows[0]["detail"], True)


def versions(folder):
    never = "Windows offers no TLS of that version"
    for args, want in ((["-tls1_2"], [0, 0, 1, None]), (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], [0, 1, 0, None]), (["-tls1_3"], [0, 0, 0, None])):
        with Server("-cert", folder / "good.crt", "-key", folder / "good.key", *args) as server:
            where = f"WHERE host = 'localhost' AND port = {server.port} AND mode = 'direct'"
            answer = query(f"SELECT version, accepted, cipher, detail FROM tls_versions {where}")
            if args == ["-tls1_2"]:
                families = query(f"SELECT accepted, detail FROM tls_versions {where} AND family = 'dhe'")
                check("families", [r["accepted"] for r in families["rows"]], [None])
                check("families: why", "families" in families["gaps"][0]["detail"], True)
                check("cipher", [r["cipher"] for r in answer["rows"] if r["accepted"]], ["ECDHE-RSA-AES256-GCM-SHA384"])
        check(f"versions of {args[0]}", [r["accepted"] for r in answer["rows"]], want)
        # Wine has no TLS 1.3; that is no answer of the server's.
        check("TLS 1.3: why", [r["detail"] for r in answer["rows"] if r["version"] == "TLSv1.3"], [never])
        check("TLS 1.3: gap", [g["state"] for g in answer["gaps"]], ["partial"])


def scenario(folder, job):
    script, kind, stage, symptom, columns = job
    words = script.split()
    peer = subprocess.Popen([sys.executable, "-B", str(PEERS / words[0]), *words[1:], "--cert", str(folder / f"{kind}.crt"), "--lifetime", "90"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(peer.stdout.readline().split()[2])
        rows = query(f"SELECT * FROM rdp_handshake WHERE host = 'localhost' AND port = {port}")["rows"]
    finally:
        peer.kill()
        peer.wait()
        peer.stdout.close()
    name = f"{script} ({kind})"
    allowed = symptom if isinstance(symptom, tuple) else (symptom,)
    check(name, [(r["stage"], r["symptom"] if r["symptom"] not in allowed else allowed[0]) for r in rows], [(stage, allowed[0])])
    for column, want in columns.items():
        check(f"{name}: {column}", [r[column] for r in rows], [want])


def main():
    if not shutil.which("openssl"):
        print("skipped: needs the openssl command")
        sys.exit(77)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as top, concurrent.futures.ThreadPoolExecutor(4) as pool:
        folder = pathlib.Path(top)
        make_certificates(folder)
        # Alone first: a Wine that is not there is noticed here.
        chain(folder)
        jobs = [pool.submit(versions, folder)]
        if (PEERS / "scenarios.tsv").exists():
            jobs += [pool.submit(scenario, folder, job) for job in SCENARIOS]
        else:
            print("skipped: the scenarios need ../shared/peers")
        for job in jobs:
            job.result()
    print(f"{checks - failures} passed, {failures} failed in {time.monotonic() - start:.1f} s")
    sys.exit(1 if failures else 0)


main()
