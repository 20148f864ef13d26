#!/usr/bin/env python3
"""tests/recognise/run.py - pasted texts to the right pair of codes: fails where fewer than 97 of 100 are recognised.

The inputs are the .txt files beside it; TS_PROGRAM and TS_KB_DB name the program and the knowledge base. The inputs in held-out/ were
never used to change the recogniser: they are scored by themselves, and which of them fail is not printed."""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

GOAL = 0.97
LEAST = 500  # inputs
HELD_OUT_GOAL = 0.9


def inputs(folder):
    for path in sorted(folder.glob("*.txt")):
        with open(path, encoding="utf-8", newline="") as f:
            parts = re.split(r"^@ (.+)\n", f.read(), flags=re.M)
        for want, text in zip(parts[1::2], parts[2::2]):
            yield path.stem, [] if want == "none" else want.split(), text.removesuffix("\n")


def recognise(case):
    env = {"TROUBLESHOOT_KB": os.environ["TS_KB_DB"], "LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent"}
    if os.environ.get("TS_WRAPPER"):  # Wine has its folder there
        env["HOME"] = os.environ["HOME"]
    if "LSAN_OPTIONS" in os.environ:
        env["LSAN_OPTIONS"] = os.environ["LSAN_OPTIONS"]
    done = subprocess.run([*shlex.split(os.environ.get("TS_WRAPPER", "")), os.environ["TS_PROGRAM"], "--text=-", "--no-checks", "--format=json"], input=case[2], capture_output=True,
                          text=True, env=env, timeout=60)
    try:
        said = json.loads(done.stdout)["input"]
    except (ValueError, KeyError):
        return [f"exit status {done.returncode}: {done.stderr.strip()}"]
    return [code for code in (said["code"], said["ext"]) if code]


def score(folder, show):
    cases = list(inputs(folder))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        got = list(pool.map(recognise, cases))
    files = {}
    for (file, want, text), codes in zip(cases, got):
        files.setdefault(file, []).append(codes == want)
        if show and codes != want:
            print(f"{file}: {text[:200]!r}: want {' '.join(want) or 'none'}, got {' '.join(codes) or 'none'}")
    for file, right in files.items():
        print(f"{file}: {sum(right)} of {len(right)} recognised ({100 * sum(right) / len(right):.1f} %)")
    return sum(map(sum, files.values())), len(cases)


def main():
    here = pathlib.Path(__file__).resolve().parent
    right, all_ = score(here, True)
    print(f"all: {right} of {all_} recognised ({100 * right / all_:.1f} %)")
    held, held_all = score(here / "held-out", False)
    sys.exit(all_ < LEAST or right < GOAL * all_ or held < HELD_OUT_GOAL * held_all)


if __name__ == "__main__":
    main()
