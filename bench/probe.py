#!/usr/bin/env python3
"""bench/probe.py - `probe` beside nmap, sslscan and xfreerdp over all scenarios of ../shared/peers: bench/probe.py PROGRAM [--quick] [--verbose]

What counts as a verdict, and as a right one:
  ours      stage and symptom of `probe --format=json`, and they must be those of scenarios.tsv to the letter (closed and reset are one where it says so).
  others    two figures for each:
    any verdict   the program ended within LIMIT seconds and said "works" or anything else that counts as "does not work". Right: "works" of a healthy
                  server, "does not work" of every other one. That it names no stage is not counted against it.
    stage told    its output is one from which the stage can be told: nothing that it prints here (status and the lines below, without numbers of ports,
                  processes and times) comes with scenarios of two different stages. So a failure that looks the same in TCP and in TLS tells no stage.
                  The rule is kind to them: an outcome that only one scenario has tells its stage.
  nmap      --script rdp-enum-encryption,rdp-ntlm-info. Lines: the port's state, what the scripts print. It says "works" with SUCCESS.
  sslscan   --rdp. Lines: errors, protocols enabled or disabled, that there is a certificate ("works").
  xfreerdp  +auth-only with an account that does not exist, on an X server (Xvfb), without which it ends before it connects. Lines: errors and
            warnings of its log. Status 0 is "works". The healthy servers end after the first answer of the sign-in or of MCS, so xfreerdp,
            which goes on, is not asked about those.
Times are wall times of whole processes."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
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
                         env=dict(os.environ, LC_ALL="C.UTF-8", HOME=WORK, DISPLAY=DISPLAY))
    try:
        out, _ = p.communicate(timeout=limit)
        return time.perf_counter() - start, p.returncode, out
    except subprocess.TimeoutExpired:
        p.kill()
        return time.perf_counter() - start, None, p.communicate()[0]


def outcome(status, out, pattern):
    """What a program printed that may tell a stage: status and the lines that match, without what differs from run to run."""
    lines = [re.sub(r"\b(?!0x)\d+\b", "#", m.group(0).strip()) for m in re.finditer(pattern, out, re.MULTILINE)]
    return (status, *sorted(set(lines)))


# Each returns (seconds, "works", "fails" or None = no verdict, outcome).

def nmap(port):
    s, status, out = run(["nmap", "-Pn", "-n", "-p", str(port), "--script", "+rdp-enum-encryption,+rdp-ntlm-info", "127.0.0.1"], LIMIT)
    saw = outcome(status, out, r"^\|.*|(?<=/tcp )\w+")
    if status is None:
        return s, None, saw
    if "SUCCESS" in out or "Product_Version" in out:
        return s, "works", saw
    return s, "fails" if "/tcp open" not in out or "| rdp-" in out or "|_rdp-" in out else None, saw


def sslscan(port):
    s, status, out = run(["sslscan", "--no-colour", "--rdp", "127.0.0.1:%d" % port], LIMIT)
    saw = outcome(status, out, r"^.*ERROR.*|^(SSL|TLS)v.*abled|^\s*SSL Certificate:")
    return s, None if status is None else "works" if "SSL Certificate:" in out else "fails", saw


def xfreerdp(port):
    s, status, out = run(["xfreerdp", "/v:127.0.0.1:%d" % port, "/u:nobody", "/p:none", "+auth-only", "/cert:ignore"], LIMIT)
    return s, None if status is None else "works" if status == 0 else "fails", outcome(status, out, r"\[(ERROR|WARN)\].*")


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
            s, said, saw = OTHERS[tool](port)
            results[tool] = (s, said is not None, said == ("works" if stage == "ok" else "fails"), saw)
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
        "%s %.0f ms %s" % (t, s * 1000, "right" if right else "wrong" if verdict else "no verdict") for t, (s, verdict, right, *_) in results.items())))


def tell_stages(all_results):
    """Results in which (as a set of (scenario, tool)) the outcome belongs to one stage only."""
    stages = {}
    for _, stage, _, results in all_results:
        for tool, r in results.items():
            if tool != "ours":
                stages.setdefault((tool, r[3]), set()).add(stage)
    return {(name, tool) for name, _, _, results in all_results for tool, r in results.items()
            if tool != "ours" and r[1] and len(stages[tool, r[3]]) == 1}


def show_factors(all_results, what, counts):
    """How many times faster ours is than the fastest other one that counts."""
    least = [(min(theirs) / r["ours"][0], r["ours"][0]) for name, _, _, r in all_results
             if (theirs := [v[0] for t, v in r.items() if t != "ours" and counts(name, t, v)])]
    for title, factors in (("probe: fastest other, %s: median, least" % what, [f for f, _ in least]),
                           ("  of servers that are not silent or slow", [f for f, own in least if own < 1])):
        if factors:
            print("%-46s %15.1fx %15.1fx          %s" % (title, statistics.median(factors), min(factors),
                                                       "10x: %d of %d" % (sum(f >= 10 for f in factors), len(factors))))


def summary(all_results):
    told = tell_stages(all_results)
    for tool in ("ours", *OTHERS):
        rows = [(name, r[tool]) for name, _, _, r in all_results if tool in r]
        if not rows:
            print("%-46s %16s" % ("probe: " + tool, "not installed" if not shutil.which(tool) else "needs Xvfb" if tool == "xfreerdp" and DISPLAY == "" else "not asked"))
            continue
        print("%-46s %10d of %2d %13.0f ms          %s" % ("probe: %s: verdicts right, median time" % tool, sum(r[2] for _, r in rows), len(rows),
                                                      1000 * statistics.median(r[0] for _, r in rows),
                                                      "all" if tool == "ours" else "any verdict: %d, stage told: %d" % (
                                                          sum(r[1] for _, r in rows), sum((name, tool) in told for name, _ in rows))))
    show_factors(all_results, "any verdict", lambda name, t, v: v[1])
    show_factors(all_results, "stage told", lambda name, t, v: (name, t) in told)


def x_server():
    """A server for xfreerdp: (process, display), or (None, "") where there is none."""
    if not shutil.which("Xvfb"):
        return None, ""
    read, write = os.pipe()
    p = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"], pass_fds=[write],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as f:
        return p, ":" + f.readline().strip()


def main():
    global PROGRAM, WORK, DISPLAY
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("program")
    ap.add_argument("--quick", action="store_true", help="without the other programs")
    ap.add_argument("--verbose", action="store_true", help="a line for each scenario")
    args = ap.parse_args()
    PROGRAM = os.path.abspath(args.program)
    if not (PEERS / "scenarios.tsv").exists() or not shutil.which("openssl"):
        print("%-46s %16s" % ("probe", "needs ../shared/peers and openssl"))
        return
    xserver, DISPLAY = (None, "") if args.quick else x_server()
    others = [] if args.quick else [t for t in OTHERS if shutil.which(t) and (t != "xfreerdp" or xserver is not None)]
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
    if xserver is not None:
        xserver.kill()
        xserver.wait()


if __name__ == "__main__":
    main()
