#!/usr/bin/env python3
"""bench/probe.py - `probe` beside nmap, sslscan and xfreerdp over all scenarios of ../shared/peers: bench/probe.py PROGRAM [--quick] [--verbose]

What counts as a verdict, and as a right one:
  ours      stage and symptom of `probe --format=json`, and they must be those of scenarios.tsv to the letter (closed and reset are one where it says so).
  nmap      --script rdp-enum-encryption,rdp-ntlm-info. A verdict: a result of a script, or a port that is not open. It says "works" with SUCCESS.
  sslscan   --rdp. A verdict: a certificate ("works"), or an error.
  xfreerdp  +auth-only with an account that does not exist. A verdict: it ends within the limit; status 0 is "works".
Of the others nothing more is asked than to say "works" of a healthy server and "does not work" of every other one; that they name no stage is not
counted against them. The servers that are healthy end after the first answer of the sign-in or of MCS, so xfreerdp, which goes on, is not asked about those.
No other program gets longer than LIMIT seconds. Times are wall times of whole processes."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT.parent / "shared" / "peers"
LIMIT = 15
AT_ONCE = 2  # servers that are looked at side by side: more would make everybody slow


def run(argv, limit):
    """(seconds, status or None when it was cut off, output)"""
    start = time.perf_counter()
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                         env=dict(os.environ, LC_ALL="C.UTF-8", HOME=WORK, DISPLAY=""))
    try:
        out, _ = p.communicate(timeout=limit)
        return time.perf_counter() - start, p.returncode, out
    except subprocess.TimeoutExpired:
        p.kill()
        return time.perf_counter() - start, None, p.communicate()[0]


# Each returns (seconds, "works", "fails" or None = no verdict).

def nmap(port):
    s, status, out = run(["nmap", "-Pn", "-n", "-p", str(port), "--script", "+rdp-enum-encryption,+rdp-ntlm-info", "127.0.0.1"], LIMIT)
    if status is None:
        return s, None
    if "SUCCESS" in out or "Product_Version" in out:
        return s, "works"
    return s, "fails" if "/tcp open" not in out or "| rdp-" in out or "|_rdp-" in out else None


def sslscan(port):
    s, status, out = run(["sslscan", "--no-colour", "--rdp", "127.0.0.1:%d" % port], LIMIT)
    if status is None:
        return s, None
    return s, "works" if "SSL Certificate:" in out else "fails"


def xfreerdp(port):
    s, status, out = run(["xfreerdp", "/v:127.0.0.1:%d" % port, "/u:nobody", "/p:none", "+auth-only", "/cert:ignore", "/log-level:OFF"], LIMIT)
    return s, None if status is None else "works" if status == 0 else "fails"


OTHERS = {"nmap": nmap, "sslscan": sslscan, "xfreerdp": xfreerdp}


def ours(port):
    s, _, out = run([PROGRAM, "probe", "--quiet", "--format=json", "127.0.0.1:%d" % port], 60)
    try:
        d = json.loads(out)
    except ValueError:
        return s, None
    return s, (d["stage"], d["symptom"])


class Server:
    def __init__(self, name, certs):
        words = shlex.split(name)
        if "--cert" in words:
            i = words.index("--cert") + 1
            words[i] = "%s/%s.crt" % (certs, words[i])
        elif words[0] in ("tls_peer.py", "nla_peer.py"):
            words += ["--cert", certs + "/self.crt"]
        self.command = [sys.executable, "-B", str(PEERS / words[0]), *words[1:], "--lifetime", "200"]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return int(self.process.stdout.readline().split()[2])

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def scenario(line, certs, others):
    script, arguments, stage, symptom, note = (line.split("\t") + [""])[:5]
    name = "%s %s" % (script, arguments)
    results = {}
    with Server(name, certs) as port:
        if symptom == "selected-unasked":  # seen only by an offer of TLS alone
            sql = "SELECT stage, symptom FROM rdp_handshake WHERE host = '127.0.0.1' AND port = %d AND requested_protocols = 1" % port
            s, status, out = run([PROGRAM, "query", "--format=json", sql], 60)
            row = json.loads(out[out.index("{"):])["rows"][0]
            got = (row["stage"], row["symptom"])
        else:
            s, got = ours(port)
        either = "both are right" in note and got is not None and got[0] == stage and got[1] in ("closed", "reset")
        results["ours"] = (s, got is not None, either or got == (stage, symptom))
        for tool in others:
            if tool == "xfreerdp" and stage == "ok":
                continue
            s, said = OTHERS[tool](port)
            results[tool] = (s, said is not None, said == ("works" if stage == "ok" else "fails"))
    return name, stage, symptom, results


def healthy_times(certs, times):
    for name in ("tls_peer.py ok", "nla_peer.py ok"):
        with Server(name, certs) as port:
            ours(port)
            all_times = [ours(port)[0] * 1000 for _ in range(times)]
        print("%-46s %13.1f ms %13.1f ms %7s  %s" % ("probe of a healthy server (%s), median / best" % name.split("_")[0],
                                                    statistics.median(all_times), min(all_times), "", "15 ms"))


def show_scenario(name, stage, symptom, results):
    print("  %-36s %-10s %-16s %s" % (name, stage, symptom, "  ".join(
        "%s %.0f ms %s" % (t, s * 1000, "right" if right else "wrong" if verdict else "no verdict") for t, (s, verdict, right) in results.items())))


def summary(all_results):
    for tool in ("ours", *OTHERS):
        rows = [r[tool] for *_, r in all_results if tool in r]
        if not rows:
            print("%-46s %16s" % ("probe: " + tool, "not installed" if not shutil.which(tool) else "not asked"))
            continue
        print("%-46s %10d of %2d %13.0f ms          %s" % ("probe: %s: verdicts right, median time" % tool, sum(right for *_, right in rows), len(rows),
                                                      1000 * statistics.median(s for s, *_ in rows),
                                                      "all" if tool == "ours" else "%d without verdict" % sum(not v for _, v, _ in rows)))
    factors = []
    for *_, r in all_results:
        theirs = [s for t, (s, verdict, _) in r.items() if t != "ours" and verdict]
        if theirs:
            factors.append(min(theirs) / r["ours"][0])
    if factors:
        quick = [min(s for t, (s, v, _) in r.items() if t != "ours" and v) / r["ours"][0] for *_, r in all_results
                 if r["ours"][0] < 1 and any(v for t, (_, v, _) in r.items() if t != "ours")]
        print("%-46s %15.0fx %15.1fx          %s" % ("probe: the fastest other with a verdict, median, least", statistics.median(factors), min(factors),
                                                   "10x: %d of %d" % (sum(f >= 10 for f in factors), len(factors))))
        if quick:
            print("%-46s %15.0fx %15.1fx          %s" % ("  of servers that are not silent or slow themselves", statistics.median(quick), min(quick),
                                                       "10x: %d of %d" % (sum(f >= 10 for f in quick), len(quick))))


def main():
    global PROGRAM, WORK
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("program")
    ap.add_argument("--quick", action="store_true", help="without the other programs")
    ap.add_argument("--verbose", action="store_true", help="a line for each scenario")
    args = ap.parse_args()
    PROGRAM = os.path.abspath(args.program)
    if not (PEERS / "scenarios.tsv").exists() or not shutil.which("openssl"):
        print("%-46s %16s" % ("probe", "needs ../shared/peers and openssl"))
        return
    others = [] if args.quick else [t for t in OTHERS if shutil.which(t)]
    lines = [line for line in (PEERS / "scenarios.tsv").read_text().splitlines() if line and line[0] != "#"]
    with tempfile.TemporaryDirectory(prefix="bench-probe-") as WORK:
        certs = WORK + "/certs"
        subprocess.run([sys.executable, "-B", str(PEERS / "certs.py"), "--name", "localhost", certs], check=True, stdout=subprocess.DEVNULL)
        healthy_times(certs, 30)
        results = []
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for r in pool.map(lambda line: scenario(line, certs, others), lines):
                results.append(r)
                if args.verbose or not r[3]["ours"][2]:
                    show_scenario(*r)
        summary(results)


if __name__ == "__main__":
    main()
