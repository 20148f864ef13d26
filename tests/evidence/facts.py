"""tests/evidence/facts.py - the established facts about the real files (../shared/evidence/README.md), unpacked files, and queries."""
import atexit
import json
import lzma
import os
import re
import shutil
import tempfile

from harness import ROOT, Skip, check

SHARED = os.path.normpath(os.path.join(ROOT, "..", "shared", "evidence"))
_unpacked = None


def shared(path=""):
    """A file or folder of the real evidence; the test is skipped where there is none."""
    full = os.path.join(SHARED, path)
    if not os.path.exists(full):
        raise Skip("no %s" % full)
    return full


def unpacked(path):
    """The file without its .xz, in a temporary folder; names stay."""
    global _unpacked
    if _unpacked is None:
        _unpacked = tempfile.mkdtemp(prefix="ts-evidence-")
        atexit.register(shutil.rmtree, _unpacked, True)
    to = os.path.join(_unpacked, path)
    if not os.path.exists(to):
        os.makedirs(os.path.dirname(to), exist_ok=True)
        plain = os.path.join(SHARED, path)
        if os.path.exists(plain):
            shutil.copyfile(plain, to)
        else:
            with lzma.open(shared(path + ".xz")) as f, open(to, "wb") as g:
                shutil.copyfileobj(f, g)
    return to


def readme():
    with open(shared("README.md"), encoding="utf-8") as f:
        return f.read()


def section(title):
    """The text below a heading, up to the next one."""
    m = re.search(r"^#+ %s[^\n]*\n(.*?)(?=^#|\Z)" % re.escape(title), readme(), re.M | re.S)
    check(m, "no section %s in the README" % title)
    return m.group(1)


def rows(text):
    """Rows of the tables in it, without heads and rules."""
    for line in text.split("\n"):
        if line.startswith("| ") and not line.startswith("| ---"):
            cells = re.split(r"(?<!\\)\|", line.strip()[1:-1])
            yield [c.strip().replace("\\|", "|") for c in cells]


def query(h, path, sql, status=0):
    """Rows and gaps of one SELECT over the evidence at the path."""
    paths = path if isinstance(path, list) else [path]
    r = h.run("query", *["--evidence=m=" + p for p in paths], "--format=json", "--timeout=120", sql, timeout=300)
    check(r.status == status, "%s\n%r" % (sql, r))
    return json.loads(r.out) if status == 0 else r


def values(h, path, sql):
    return [tuple(r.values()) for r in query(h, path, sql)["rows"]]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"
