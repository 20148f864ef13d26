#!/usr/bin/env python3
"""tests/kb/mutations.py FOLDER - fails where the pack's test cases notice fewer than 90 of 100 changes of its entries."""
import os
import re
import subprocess
import sys

GOAL = 0.9

done = subprocess.run([os.environ["TS_PROGRAM"], "kb", "test", "--mutate", "--timeout=500", sys.argv[1]], capture_output=True, text=True)
print(done.stdout, done.stderr)
total = re.findall(r"^(\d+) of (\d+) changes noticed \([0-9.]+ %\)$", done.stdout, re.M)
# A line that says how many were not tried is no such line.
sys.exit(done.returncode != 0 or not total or int(total[-1][1]) < 1000 or int(total[-1][0]) < GOAL * int(total[-1][1]))
