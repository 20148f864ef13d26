#!/usr/bin/env python3
"""tests/recognise/coverage.py [-v] - every code of the dictionary leads to an entry that claims it.

The rows are those of kb/rdp/codes.yaml and, where they are there, of ../shared/reference/rdp/*.tsv. Each is looked up by
its role, as the program would after reading a name, in the tables of kb.db that a look-up reads. WORST says how many rows
may be without an entry; it is only ever lowered. Names and numbers that are answers, flags or kinds of messages and no
failures need no entry: see FINE."""
import csv
import os
import pathlib
import re
import sqlite3
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = pathlib.Path(os.environ.get("TS_SOURCE_ROOT") or HERE.parent.parent)
WORST = {"disconnect": 0, "extended": 0, "errinfo": 0, "negotiation": 0, "other": 0}
# What claims a number of this role: values of entry_code.ext (src/db/schema.sql).
CLAIMS = {"disconnect": (-1,), "extended": (-2,), "errinfo": (-2,), "negotiation": (-3,), "other": (-4,)}
# Numbers that say no failure: of the negotiation protocols, flags, types, and success; that nothing more is known.
FINE = re.compile(r"PROTOCOL_|TYPE_|.*_REQUIRED$|.*_SUPPORTED$|.*_PRESENT$|.*_RESERVED$|AUTHZ_|ERRINFO_NONE|exDiscReasonNoInfo")
# Files of the reference and the role of their numbers.
TABLES = {"disconnect-codes.tsv": "disconnect", "extended-codes.tsv": "extended", "errinfo-codes.tsv": "errinfo",
          "negotiation-failures.tsv": "negotiation"}


def rows_of_kb(db):
    for code, role, name in db.execute("SELECT code, role, name FROM meaning ORDER BY id"):
        yield role, code, name or ""


def rows_of_reference(folder):
    for name, role in TABLES.items():
        if (folder / name).exists():
            with open(folder / name, encoding="utf-8", newline="") as f:
                for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
                    if re.fullmatch(r"0x[0-9A-Fa-f]+", row["code_hex"].strip()):
                        yield role, int(row["code_hex"], 16), row["name"] or ""


def main():
    db = sqlite3.connect(f"file:{os.environ['TS_KB_DB']}?mode=ro&immutable=1", uri=True)
    claimed = {}
    for code, ext in db.execute("SELECT code, ext FROM entry_code"):
        claimed.setdefault(code, set()).add(ext)
    rows = list(rows_of_kb(db)) + list(rows_of_reference(ROOT / "../shared/reference/rdp"))
    bad = False
    for role, worst in WORST.items():
        mine = {(code, name) for r, code, name in rows if r == role and not FINE.match(name)}
        missing = {}
        for code, name in sorted(mine):
            if not claimed.get(code, set()) & set(CLAIMS[role]):
                missing.setdefault(code, name)
        print(f"{role}: {len({c for c, _ in mine})} codes, {len(missing)} without an entry (at most {worst})")
        if missing and ("-v" in sys.argv or len(missing) > worst):
            print("  " + ", ".join(f"0x{code:x} {name}".strip() for code, name in missing.items()))
        bad |= len(missing) > worst
    sys.exit(bad)


if __name__ == "__main__":
    main()
