#!/usr/bin/env python3
"""tests/recognise/topics.py - every topic of the reference's other-codes.md leads to the entry that is about it.

TOPICS says, for each numbered heading there, what a person has (a code, a code pair, or words) and the entry it must lead to.
Where ../shared/reference is there, its headings are read too: each number must be in the table, and each code that a heading
names must be looked up under it."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = pathlib.Path(os.environ.get("TS_SOURCE_ROOT") or HERE.parent.parent)
# number of the topic: (what is looked up, entry without "rdp/"), ...; "=..." is a pasted text
TOPICS = {
    1: (("=An internal error has occurred.", "internal-error"),),
    2: (("=An authentication error has occurred. The function requested is not supported. This could be due to CredSSP "
         "encryption oracle remediation.", "credssp"),),
    3: (("0x204", "0x204"), ("516", "0x204"),
        ("=Remote Desktop can't connect to the remote computer for one of these reasons: 1) Remote access to the server is not "
         "enabled 2) The remote computer is turned off 3) The remote computer is not available on the network", "0x204")),
    4: (("0x104", "0x104"), ("260", "0x104")),
    5: (("0x3/0x11", "display-driver"), ("0x3/0x12", "display-driver")),
    6: (("0x4", "internal-error"),),
    7: (("0x108", "timeout"), ("264", "timeout"), ("0x704", "timeout"), ("1796", "timeout")),
    8: (("0x907", "0x907"), ("2311", "0x907")),
    9: (("0x1104", "0x1104"), ("4356", "0x1104")),
    10: (("0xD06", "protocol-error"), ("3334", "protocol-error"), ("0xB08", "protocol-error"), ("2824", "protocol-error")),
    11: (("0xB09", "negotiation"), ("2825", "negotiation")),
    12: (("0x708", "0x708"), ("1800", "0x708")),
    13: (("0x2407", "entra"), ("0x1F07", "entra")),
    14: (("0x3000046", "broker"), ("0x3000047", "gateway-target"), ("0x300006D", "broker"), ("0x3000064", "gateway-client")),
    15: (("0x3000008", "gateway-target"), ("0x3000009", "gateway-connection"), ("0x300000A", "gateway-connection"),
         ("0x300000C", "gateway-connection"), ("0x300000D", "gateway-connection"), ("0x3000022", "gateway-limit")),
    16: tuple((f"0x300000{n}", "gateway-certificate") for n in range(2, 8)),
    17: (("0x300001C", "gateway-policy"), ("0x300001B", "gateway-policy")),
    18: (("0x3/0x101", "licence-server"), ("=The remote session was disconnected because there are no Remote Desktop License "
                                            "Servers available to provide a license.", "licence-server")),
    19: (("0x808", "licence-protocol"), ("2056", "licence-protocol"), ("0x3/0x100", "licence-server"))
    + tuple((f"0x3/0x{n:x}", "licence-server" if n == 0x10A else "licence-protocol") for n in range(0x103, 0x10C))
    + (("=The remote computer disconnected the session because of an error in the licensing protocol.", "licence-protocol"),),
    20: (("0x807", "credentials"), ("2055", "credentials"), ("=The logon attempt failed", "credentials"),
         ("=Your credentials did not work", "credentials")),
    21: (("0x1807", "0x1807"), ("6151", "0x1807"), ("=The Local Security Authority cannot be contacted", "0x1807")),
    22: (("0x1B07", "0x1B07"), ("6919", "0x1B07"), ("0x1D07", "0x1B07"), ("7431", "0x1B07")),
    23: (("0x3/0x9", "rights"), ("0x1307", "rights"), ("4871", "rights")),
    24: (("0x3/0x5", "another-user"), ("0x3/0x3", "session-limit"), ("0x3/0x4", "session-limit"),
         ("0x3/0x1", "ended-by-server"), ("0x3/0x2", "ended-by-server"), ("0x3/0x19", "ended-by-server"),
         ("0x3/0x1A", "ended-by-server")),
    25: (("=black screen after logon", "black-screen"),),
    26: (("0xE06", "fips"), ("3590", "fips"), ("0x3/0x8", "fips")),
    27: (("=The Remote Desktop Service is currently busy", "busy"),),
    28: (("0x2104", "xrdp"),),
}


def entry_of(program, kb, what):
    text = what[1:] if what.startswith("=") else None
    code, _, ext = what.partition("/")
    argv = ["--text=-"] if text else [f"--code={code}"] + ([f"--ext={ext}"] if ext else [])
    done = subprocess.run([*shlex.split(os.environ.get("TS_WRAPPER", "")), program, *argv, "--no-checks", "--format=json"], input=text, capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, TROUBLESHOOT_KB=kb, LC_ALL="C.UTF-8"))
    try:
        entry = json.loads(done.stdout).get("entry")
    except ValueError:
        return done.stderr.strip() or f"exit status {done.returncode}"
    return entry["id"].removeprefix("rdp/") if entry else "no entry"


def headings(path):
    """The numbers of the topics, each with the codes that its heading names."""
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.match(r"## (\d+)\. (.*)", line)
        if found:
            yield int(found[1]), {int(c, 16) for c in re.findall(r"0x[0-9A-Fa-f]+\b(?!-)", found[2])}


def main():
    program, kb = os.environ["TS_PROGRAM"], os.environ["TS_KB_DB"]
    passed, wrong = 0, []
    for number, rows in TOPICS.items():
        for what, want in rows:
            got = entry_of(program, kb, what)
            passed += got == want
            if got != want:
                wrong.append(f"topic {number}: {what.lstrip('=')} leads to {got}, not to {want}")
    reference = ROOT / "../shared/reference/rdp/other-codes.md"
    if reference.exists():
        for number, codes in headings(reference):
            asked = {int(c, 0) for what, _ in TOPICS.get(number, ()) if not what.startswith("=") for c in what.split("/")}
            if number not in TOPICS:
                wrong.append(f"topic {number} of {reference} is not in the table")
            for code in sorted(codes - asked):
                wrong.append(f"topic {number}: its heading names 0x{code:x}, which is not looked up")
    else:
        print(f"{reference} is not there: the table was not compared with it")
    print("\n".join(wrong + [f"{passed} passed, {len(wrong)} failed"]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
