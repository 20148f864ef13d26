"""tests/cli/test_cli.py - the whole program from its command line: reports, exports, exit codes, bad input."""
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess

from harness import DEMO, PROGRAM, ROOT, SGR, SHIPPED, WRAPPER, Home, Result, Skip, Terminal, check, main, test
from net import free_port, listener


def no_controls(data, allow=b"\n"):
    for b in data:
        if (b < 32 and bytes([b]) not in allow) or b == 127:
            raise AssertionError("control byte 0x%02x in output: %r" % (b, data[:200]))


# ---- reports ----

@test
def report_refused(h):
    port = free_port()
    r = h.demo("--code", "0x11", "--ext", "0x1", "--host", "127.0.0.1", "--port", str(port))
    check(r.status == 0, r)
    for word in ("0x11", "went away", "refused", "The demo service is stopped", "sudo systemctl start demo", "confirmed", "Undo"):
        check(word in r.out, "%s missing in %r" % (word, r))
    check("\n    sudo systemctl start demo\n" in r.out, r)
    check("{port}" not in r.out and ":%d" % port in r.out, r)


@test
def report_open_asks_the_person(h):
    s, port = listener()
    r = h.demo("--code=0x11/0x1", "--host=127.0.0.1", "--port=%d" % port)
    s.close()
    check(r.status == 0 and "--answer does-it-fail-for-everybody=" in r.out, r)
    check("excluded" in r.out or "absent" in r.out, r)


@test
def report_without_host_says_what_is_missing(h):
    r = h.demo("--code", "0x11")
    check(r.status == 0 and "--host" in r.out, r)


@test
def answers_in_advance(h):
    s, port = listener()
    args = ["--code=0x11/0x1", "--host=127.0.0.1", "--port=%d" % port, "--format=json"]
    doc = json.loads(h.demo(*args, "--answer", "does-it-fail-for-everybody=one").out)
    check(doc["causes"][0]["id"] == "the-profile-is-damaged", doc["causes"])
    check({"node": "does-it-fail-for-everybody", "label": "one", "by": "option"} in [
        {k: a[k] for k in ("node", "label", "by")} for a in doc["answers"]], doc["answers"])
    answers = h.write("answers.json", json.dumps(doc))
    again = json.loads(h.demo(*args, "--answers", answers).out)
    s.close()
    check(again["causes"][0]["id"] == "the-profile-is-damaged", again["causes"])
    r = h.demo(*args, "--answer", "does-it-fail-for-everbody=one")
    check(r.status == 2 and "did you mean \"does-it-fail-for-everybody\"" in r.err, r)
    r = h.demo(*args, "--answer", "does-it-fail-for-everybody=two")
    check(r.status == 2 and "everybody" in r.err and "one" in r.err, r)


@test
def json_shape(h):
    port = free_port()
    r = h.demo("--code", "0x11", "--ext", "0x1", "--host", "127.0.0.1", "--port", str(port), "--format=json")
    doc = json.loads(r.out)
    check(doc["schema"] == "troubleshoot.report" and doc["version"] == 1, doc)
    check(len(doc["kb"]["sha256"]) == 64 and doc["kb"]["entries"] == 1, doc["kb"])
    check(doc["input"]["code"] == "0x11" and doc["input"]["ext"] == "0x1" and doc["input"]["from"] == "option", doc["input"])
    check(doc["entry"]["id"] == "demo/server-gone" and doc["entry"]["reviewed"] == "2026-11-22", doc["entry"])
    check(doc["machines"]["server"]["source"] == "none", doc["machines"])
    first = doc["checks"][0]
    check(first["node"] == "does-the-server-accept-connections" and first["machine"] == "here", first)
    check(first["result"] == "refused" and first["state"] == "answered" and first["gaps"] == [], first)
    check(first["rows"][0]["answer"] == "refused", first)
    cause = doc["causes"][0]
    check(cause["status"] == "confirmed" and cause["rank"] == 1 and cause["weight"] == 30 and cause["minutes"] == 2, cause)
    check(doc["fix"]["cause"] == cause["id"] and doc["fix"]["verified"] is None, doc["fix"])
    check(doc["fix"]["steps"][0]["commands"] == [{"shell": "sh", "text": "sudo systemctl start demo"}], doc["fix"])
    check(doc["result"] == {"state": "confirmed", "exit_code": 0}, doc["result"])


@test
def json_on_every_failure(h):
    for args in (["--code", "0x11", "--kb", "/nowhere"], ["--code", "nonsense", "--kb", DEMO], ["--coed", "1"], ["--code", "0x11", "--here=moon", "--kb", DEMO]):
        r = h.run(*args, "--format=json")
        doc = json.loads(r.out)
        check(doc["result"]["exit_code"] == r.status and r.status != 0 and doc["error"], (args, r))


@test
def exit_codes(h):
    port = free_port()
    base = ["--host", "127.0.0.1", "--port", str(port)]
    check(h.demo("--code", "0x11", *base, "--exit-code").status == 1, "confirmed")
    check(h.demo("--code", "0x11", "--no-checks", "--exit-code").status == 5, "undecided")
    check(h.demo("--code", "0x999").status == 3, "unknown code")
    check(h.demo("--code", "0x12").status == 0, "no entry, but a meaning")
    check(h.run("--code", "0x11", "--kb", "/nowhere").status == 6, "no knowledge base")
    check(h.run("--nonsense").status == 2, "usage")
    check(h.demo("--no-input").status == 4, "an answer is needed")
    check(h.demo("--code", "0x11", "--guide", "--no-input").status == 4, "an answer is needed")
    check(h.demo("--search", "zzzz").status == 3, "nothing found")


@test
def same_number_two_roles(h):
    r = h.demo("--code", "0x12")
    check("name was not found" in r.out and "licence was refused" in r.out, r)
    r = h.demo("--code", "0x11", "--ext", "0x12")
    check("licence was refused" in r.out and "name was not found" not in r.out, r)


@test
def every_spelling_of_a_code(h):
    for spelling in ("0x11", "0X11", "11h", "17", "0x00000011", "demoServerGone", "0x11/0x1", "17/1"):
        r = h.demo("--code", spelling, "--no-checks")
        check(r.status == 0 and "The demo server went away" in r.out, (spelling, r))
    check("The demo server" in h.demo("0x11", "--no-checks").out, "a bare code")
    # An extended code that the entry claims leads to it alone and behind any first code; another kind of code by its number.
    for args in (["--code", "0x77"], ["--code", "0x5/0x77"], ["--code", "0x20088"]):
        check("The demo server" in h.demo(*args, "--no-checks").out, args)
    check("The demo server went" not in h.demo("--code", "0x77/0x1", "--no-checks").out.split("nearest")[0], "0x77 is no disconnect reason here")
    r = h.demo("--code", "eleventy")
    check(r.status == 2 and "eleventy" in r.err and "0x904" in r.err, r)


@test
def text_and_search(h):
    r = h.demo("--text", "-", "--no-checks", stdin="Sorry: the Demo Server is GONE again\n")
    check(r.status == 0 and "The demo server went away" in r.out, r)
    r = h.demo("--text", "-", "--no-checks", stdin="Something failed.\r\nError code: 0x11\r\nExtended error code: 0x1\r\n")
    check("demo service is stopped" in r.out, r)
    r = h.demo("--search", "profile damaged")
    check(r.status == 0 and "demo/server-gone" in r.out, r)
    for words in ('"', "NEAR(", "a AND", "*", "(((", "col:x", "-", "'; DROP TABLE entry; --", "\x00"[:0] + "^"):
        r = h.demo("--search", words)
        check(r.status in (0, 2, 3) and "syntax" not in r.err, (words, r))
    check(h.demo("--text", "/nowhere/at/all").status == 2, "missing file")
    check(h.demo("--text", "-", stdin="").status == 2, "no text")


@test
def nearest_words(h):
    for args, near in ((["--cod", "1"], None), (["--exprot"], "--export"), (["--formt=json"], "--format"), (["qeury"], "query"), (["kb", "lnit"], "lint")):
        r = h.run(*args)
        check(r.status == 2 or near is None, (args, r))
        if near:
            check("did you mean" in r.err and near in r.err, (args, r))
    r = h.run("--format=jsn", "--code", "1")
    check(r.status == 2 and "terminal" in r.err and "json" in r.err, r)


@test
def widths(h):
    for width in list(range(40, 121)) + [160, 200]:
        r = h.demo("--code", "0x11", "--no-checks", "--width", str(width), "--all")
        for line in r.out.splitlines():
            check(line == line.rstrip(), (width, line))
            # Commands and addresses are never wrapped.
            code = line.startswith("    ") or "http" in line or "--answer" in line or "troubleshoot " in line
            check(len(line) <= width or code, (width, line))


@test
def plain_and_coloured_text_are_the_same(h):
    args = ("--code", "0x11", "--no-checks", "--kb", DEMO)
    plain = h.run(*args).out
    t = Terminal(h, *args)
    t.wait()
    seen = SGR.sub("", t.text).replace("\r\n", "\n")
    t.close()
    check(seen == plain, (seen, plain))
    check("\x1b[" not in plain, plain)
    check("\x1b[" in h.run(*args, "--color=always").out, "colour on demand")
    check("\x1b[" not in h.run(*args, env={"NO_COLOR": "1"}).out, "NO_COLOR")


@test
def ascii_and_dumb(h):
    r = h.demo("--code", "0x11", "--no-checks", env={"LC_ALL": "C", "TERM": "dumb"})
    check(all(b < 128 for b in r.out_bytes), r)
    check(r.status == 0, r)


@test
def closed_pipe_is_quiet(h):
    p = subprocess.Popen([*h.command("--code"), "0x11", "--no-checks", "--kb", DEMO], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=h.env)
    p.stdout.close()
    err = p.stderr.read()
    check(p.wait(30) == 0 and err == b"", (p.returncode, err))
    p.stderr.close()


@test
def full_standard_output(h):
    if WRAPPER:
        raise Skip("there is no /dev/full on Windows")
    with open("/dev/full", "wb") as full:
        p = subprocess.run([*h.command("--code"), "0x11", "--no-checks", "--kb", DEMO], stdout=full, stderr=subprocess.PIPE, env=h.env, timeout=30)
    check(p.returncode == 70 and b"No space left" in p.stderr, p)


# ---- exports ----

@test
def export_is_whole_or_not_there(h):
    r = h.demo("--code", "0x11", "--no-checks", "--export", "steps.md")
    text = open(h.path("steps.md")).read()
    check(r.status == 0 and text.startswith("# ") and "  ```sh\n  sudo systemctl start demo\n  ```" in text and "- [ ]" in text, (r, text))
    h.demo("--code", "0x11", "--no-checks", "--export", "again.md")
    check(open(h.path("again.md")).read() == text, "identical bytes")
    if WRAPPER:
        r = h.demo("--code", "0x11", "--no-checks", "--export=/nowhere/steps.md")
        check(r.status == 70 and "/nowhere/steps.md" in r.err, r)
        raise Skip("the rest needs limits and devices of Linux")

    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
    before = open(h.path("steps.md"), "rb").read()
    # --kb as a .db so that the small disk only hits the export
    h.run("kb", "build", DEMO, "-o", "demo.db")
    r = h.run("--code", "0x11", "--no-checks", "--kb", "demo.db", "--export", "steps.md", preexec=small_disk)
    check(r.status == 70 and "steps.md" in r.err, r)
    check(open(h.path("steps.md"), "rb").read() == before, "the old file is untouched")
    check(not [n for n in os.listdir(h.dir) if n.startswith("steps") and n != "steps.md"], os.listdir(h.dir))
    r = h.demo("--code", "0x11", "--no-checks", "--export", "/dev/full")
    check(r.status == 70 and "No space left" in r.err, r)
    check(os.stat("/dev/full").st_mode & 0o170000 == 0o020000, "the device is still one")
    r = h.demo("--code", "0x11", "--no-checks", "--export=/nowhere/steps.md")
    check(r.status == 70 and "/nowhere/steps.md" in r.err, r)


@test
def export_to_stdout_and_html(h):
    r = h.demo("--code", "0x11", "--no-checks", "--export")
    check(r.out.startswith("# ") and "```sh" in r.out, r)
    r = h.demo("--code", "0x11", "--no-checks", "--format=html")
    check("<!DOCTYPE html>" in r.out and "<script" not in r.out and "sudo systemctl start demo" in r.out, r)


@test
def export_redacts(h):
    args = ("--code", "0x11", "--no-checks", "--host", "srv1.corp.example", "--export")
    r = h.demo(*args)
    check("srv1" not in r.out and "corp" not in r.out and "HOST-1" in r.out, r)
    check("srv1.corp.example" in h.demo(*args, "--redact=none").out, "redact=none")


# ---- hostile and damaged input ----

EVIL = "a\x07b\x1b[31mc\u202ed\u2066e\x9bf\u2028g"


@test
def no_control_character_passes(h):
    md = open(os.path.join(DEMO, "demo/server-gone.md"), encoding="utf-8").read()
    md = md.replace("The connection ended before it began.", "The connection " + EVIL + " ended.").replace("accepted the connection", EVIL)
    md = md.replace("title: The demo server went away", 'title: "The \\e[31m demo \\u202e server"')
    h.write("kb/demo/server-gone.md", md)
    for name in ("pack.yaml", "codes.yaml"):
        h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name)).read())
    for args in (["--code", "0x11"], ["--code", "0x11", "--all", "-v"], ["--search", "demo"], ["--list"], ["--show", "demo/server-gone"], ["--code", "0x11", "--export"],
                 ["--code", "0x11", "--format=json"], ["--code", "\x1b[31m0x11"], ["--host", "\x1b[2Jx", "--code", "0x11"], ["--\x1b[31m"], ["--text", "\x1b]0;x\x07"]):
        r = h.run(*args, "--kb", h.path("kb"), "--color=never")
        no_controls(r.out_bytes)
        no_controls(r.err_bytes)
        for bad in ("\u202e", "\u2066", "\u2028", "\x9b"):
            check(bad not in r.out and bad not in r.err, (args, r))


@test
def bad_knowledge_bases(h):
    h.run("kb", "build", DEMO, "-o", "good.db")
    good = open(h.path("good.db"), "rb").read()
    cases = {
        "empty.db": (b"", ""),
        "short.db": (good[:50], ""),
        "cut.db": (good[:len(good) // 2 + 17], ""),
        "text.db": (b"This is no database.\n" * 50, ""),
        "foreign.db": (good[:68] + b"\0\0\0\1" + good[72:], ""),
        "newer.db": (good[:60] + b"\0\0\0\x63" + good[64:], "newer"),
    }
    for name, (data, word) in cases.items():
        h.write(name, data)
        r = h.run("--code", "0x11", "--no-checks", "--kb", h.path(name))
        check(r.status == 6 and name in r.err and word in r.err, (name, r))
    r = h.run("--code", "0x11", "--kb", h.path("missing.db"))
    check(r.status == 6 and "missing.db" in r.err, r)
    # Bytes in the middle that were changed must never crash it.
    for at in range(100, len(good), max(1, len(good) // 60)):
        h.write("hurt.db", good[:at] + bytes([good[at] ^ 0xff]) + good[at + 1:])
        r = h.run("--code", "0x11", "--no-checks", "--kb", h.path("hurt.db"))
        check(r.status in (0, 3, 6, 70), (at, r))


def entry_with_sql(sql):
    md = open(os.path.join(DEMO, "demo/server-gone.md"), encoding="utf-8").read()
    start = md.index("SELECT state AS answer")
    end = md.index("```", start)
    return md[:start] + sql + "\n" + md[end:]


@test
def hostile_sql_is_refused(h):
    for name in ("pack.yaml", "codes.yaml"):
        h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name)).read())
    for sql in ("ATTACH 'x' AS y", "PRAGMA user_version", "SELECT load_extension('x') AS answer", "SELECT 1 AS answer; SELECT 2", "VACUUM INTO 'x'",
                "INSERT INTO tcp_connect VALUES(1)", "SELECT name AS answer FROM sqlite_master", "SELECT readfile('/etc/passwd') AS answer",
                "SELECT writefile('x','y') AS answer", "EXPLAIN SELECT 1", "SELECT answer FROM pragma_table_info('x')", ""):
        h.write("kb/demo/server-gone.md", entry_with_sql(sql))
        r = h.run("kb", "lint", h.path("kb"))
        check(r.status == 1 and re.search(r"server-gone\.md:\d+:\d+: error: ", r.err), (sql, r))
        check(sorted(os.listdir(h.dir)) == ["kb"], os.listdir(h.dir))


@test
def endless_sql_ends(h):
    for name in ("pack.yaml", "codes.yaml"):
        h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name)).read())
    for sql in ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) AS answer, $host, $port FROM c",
                "WITH RECURSIVE c(x) AS (SELECT 'ab' UNION ALL SELECT x||x FROM c) SELECT max(length(x)) AS answer, $host, $port FROM c",
                "SELECT ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' REGEXP '^(a+)+$') AS answer, $host, $port"):
        h.write("kb/demo/server-gone.md", entry_with_sql(sql))
        r = h.run("--code", "0x11", "--host", "127.0.0.1", "--timeout=1", "--format=json", "--kb", h.path("kb"), timeout=30)
        doc = json.loads(r.out)
        check(doc["checks"][0]["state"] == "unknown", (sql, doc["checks"][0], r.err))


@test
def monstrous_entries(h):
    for name in ("pack.yaml", "codes.yaml"):
        h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name)).read())
    md = open(os.path.join(DEMO, "demo/server-gone.md"), encoding="utf-8").read()
    monsters = {
        "broken UTF-8": md.encode().replace(b"accepted", b"acc\xff\xfe\xc0epted"),
        "a line of 10 MB": md.encode().replace(b"The connection ended", b"x" * 10_000_000),
        "10 MB in a line": md.encode() + b"x" * 10_000_000,
        "nested quotes": md.encode().replace(b"Without its service", b">" * 50_000 + b" Without its service"),
        "YAML bomb": md.encode().replace(b"codes: [0x11/0x1, 0x11, 'extended:0x77', 'other:0x20088']", b"codes: [0x11/0x1, 0x11]\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"),
        "deep YAML": md.encode().replace(b"codes: [0x11/0x1, 0x11, 'extended:0x77', 'other:0x20088']", b"codes: " + b"[" * 20_000),
        "no end of front matter": b"---\ntitle: x\n",
        "empty": b"",
        "NUL bytes": md.encode().replace(b"accepted", b"acc\0epted"),
    }
    for name, data in monsters.items():
        h.write("kb/demo/server-gone.md", data)
        r = h.run("kb", "lint", h.path("kb"), timeout=60)
        check(r.status in (0, 1), (name, r.status, r.err[:2000]))
        if "10 MB" in name:
            check(r.status == 1 and "server-gone.md: error: " in r.err and "larger" in r.err, (name, r.err[:2000]))
        elif name not in ("nested quotes", "empty"):
            check(r.status == 1 and re.search(r"server-gone\.md:\d+:\d+: error: ", r.err), (name, r.status, r.err[:2000]))
        no_controls(r.err_bytes)
        check(len(r.err) < 200_000, (name, len(r.err)))


@test
def unwritable_folders(h):
    h.env["XDG_CACHE_HOME"] = "/proc/nowhere"
    h.env["XDG_STATE_HOME"] = "/proc/nowhere"
    r = h.demo("--code", "0x11", "--no-checks")
    check(r.status == 0 and "went away" in r.out, r)
    r = h.demo(stdin="0x11\nquit\n")
    check(r.status == 0, r)


# ---- knowledge ----

@test
def kb_folder_is_compiled_once(h):
    md = open(os.path.join(DEMO, "demo/server-gone.md"), encoding="utf-8").read()
    h.write("kb/demo/server-gone.md", md)
    for name in ("pack.yaml", "codes.yaml"):
        h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name)).read())

    def cached():
        found = []
        for folder, _, names in os.walk(h.path("cache")):
            found += [os.path.join(folder, n) for n in names]
        return [(f, os.stat(f).st_mtime_ns, os.stat(f).st_ino) for f in found]
    args = ("--code", "0x11", "--no-checks", "--kb", h.path("kb"))
    check("went away" in h.run(*args).out, "first")
    first = cached()
    check(len(first) == 1, first)
    check("went away" in h.run(*args).out and cached() == first, "not compiled again")
    h.write("kb/demo/server-gone.md", md.replace("went away", "walked off"))
    check("walked off" in h.run(*args).out and cached() != first, "compiled again after a change")
    h.write("kb/demo/server-gone.md", md.replace("## Does it fail", "## Does it sail"))
    r = h.run(*args)
    check(r.status == 6 and "error: " in r.err and "server-gone.md" in r.err, r)


@test
def kb_build_gives_the_same_bytes(h):
    h.run("kb", "build", DEMO, "-o", "a.db")
    h.run("kb", "build", DEMO, "-o", "b.db")
    check(open(h.path("a.db"), "rb").read() == open(h.path("b.db"), "rb").read(), "two builds differ")
    db = sqlite3.connect(h.path("a.db"))
    check(db.execute("PRAGMA application_id").fetchone()[0] != 0, "application_id")
    check(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "integrity")
    db.close()


@test
def kb_lint_reports_everything_in_one_run(h):
    md = open(os.path.join(DEMO, "demo/server-gone.md"), encoding="utf-8").read()
    md = md.replace("keywords:", "").replace("reviewed: 2026-11-22", "reviewd: 2026-11-22").replace("(#the-profile-is-damaged)", "(#the-profile-was-damaged)")
    md = md.replace("irreversible: true\n```\n\nSomething", "```\n\nSomething")
    h.write("kb/demo/server-gone.md", md)
    r = h.run("kb", "lint", h.path("kb"))
    check(r.status == 1, r)
    lines = md.split("\n")
    for needle, word in (("reviewd:", "reviewed"), ("the-profile-was-damaged", "the-profile-is-damaged")):
        number = next(i for i, l in enumerate(lines) if needle in l) + 1
        check(re.search(r"server-gone\.md:%d:\d+: error: .*%s" % (number, word), r.err), (needle, r))
    check("^" in r.err and len(re.findall(": error: ", r.err)) >= 3, r)


@test
def kb_test_passes_and_fails(h):
    r = h.run("kb", "test", "--coverage", DEMO)
    check(r.status == 0 and re.search(r"7 passed, 0 failed", r.out), r)
    for name in ("pack.yaml", "codes.yaml", "server-gone.md", "server-gone.test.yaml"):
        h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name)).read())
    text = open(h.path("kb/demo/server-gone.test.yaml")).read()
    h.write("kb/demo/server-gone.test.yaml", text.replace("state: refused", "state: open"))
    r = h.run("kb", "test", h.path("kb"))
    check(r.status == 1 and "failed" in r.out, r)


@test
def kb_list_and_show(h):
    r = h.run("kb", "list", "--kb", DEMO)
    check("demo/server-gone" in r.out and r.status == 0, r)
    r = h.run("kb", "show", "demo/server-gone", "--kb", DEMO)
    check("Does the server accept connections?" in r.out and r.status == 0, r)
    r = h.run("kb", "show", "demo/server-gon", "--kb", DEMO)
    check(r.status == 3 and "demo/server-gone" in r.err, r)


# ---- tables ----

@test
def selftest(h):
    if WRAPPER:
        raise Skip("the tables of Windows have tests of their own (tests/wine)")
    r = h.run("selftest")
    check(r.status == 0 and re.search(r"^time +ok +1 row  ", r.out, re.M) and re.search(r"^listening_ports +ok", r.out, re.M), r.out + r.err)
    check("Not of this system: " in r.out and "windows_eventlog" in r.out, r.out)
    doc = json.loads(h.run("selftest", "--format=json").out)
    tables = {t["table"]: t for t in doc["tables"]}
    check(doc["schema"] == "troubleshoot.selftest" and tables["os_version"]["state"] == "ok" and tables["os_version"]["rows"] == 1, doc)
    check(all(t["gaps"] for t in tables.values() if t["state"] == "gap"), doc)
    check("tcp_connect" not in tables and "dns_lookup" not in tables, list(tables))
    # Numbers only: no address, no name, no line of a log.
    name = os.uname().nodename
    check(name not in r.out and "127.0.0.1" not in r.out, r.out)
    r = h.run("selftest", "registry")
    check(r.status == 0 and "not available on this system" in r.out, r.out)
    r = h.run("selftest", "proceses")
    check(r.status == 2 and 'did you mean "processes"' in r.err, r.err)
    r = h.run("selftest", "ping")
    check(r.status == 2 and "looks at another computer" in r.err, r.err)
    r = h.run("selftest", "--width=40", "time", "uptime")
    check("2 tables were read, 0 have a gap" in re.sub(r"\s+", " ", r.out), r.out)


@test
def query_tables(h):
    r = h.run("query", "--tables")
    check(r.status == 0 and all(t in r.out for t in ("tcp_connect", "registry", "windows_eventlog", "rdp_handshake", "os_version")), r)
    r = h.run("query", "--schema", "tcp_connect")
    check("rejected_by" in r.out and "host" in r.out, r)
    if WRAPPER:
        raise Skip("the tables of Windows have tests of their own (tests/wine)")
    r = h.run("query", "--schema", "tcp_conect")
    check(r.status == 2 and "tcp_connect" in r.err, r)
    doc = json.loads(h.run("query", "--format=json", "SELECT name, version FROM os_version").out)
    check(len(doc["rows"]) == 1 and doc["gaps"] == [], doc)
    s, port = listener()
    doc = json.loads(h.run("query", "--format=json", "SELECT port, address FROM listening_ports WHERE port = %d" % port).out)
    check(doc["rows"] == [{"port": port, "address": "127.0.0.1"}], doc)
    doc = json.loads(h.run("query", "--format=json", "SELECT state, address FROM tcp_connect WHERE host = '127.0.0.1' AND port = %d" % port).out)
    s.close()
    check(doc["rows"] == [{"state": "open", "address": "127.0.0.1"}], doc)
    doc = json.loads(h.run("query", "--format=json", "SELECT * FROM registry WHERE key = 'HKEY_LOCAL_MACHINE\\SOFTWARE'").out)
    check(doc["rows"] == [] and doc["gaps"][0]["state"] == "unsupported", doc)
    r = h.run("query", "SELECT state FROM tcp_connect")
    check(r.status == 2 and "tcp_connect" in r.err and "host" in r.err, r)
    for sql in ("DELETE FROM time", "ATTACH 'x' AS y", "SELECT 1; SELECT 2", "", "SELECT"):
        check(h.run("query", sql).status == 2, sql)


# ---- the rest ----

@test
def help_version_completion(h):
    r = h.run("--help")
    check(r.status == 0 and len(r.out.splitlines()) <= 40 and all(len(l) <= 80 for l in r.out.splitlines()), r)
    check(r.out.index("troubleshoot --code") < r.out.index("--ext"), r)
    check("MIT" in h.run("--version").out, "version")
    for shell in ("bash", "zsh", "fish", "powershell"):
        r = h.run("--completion=" + shell)
        check(r.status == 0 and "no-checks" in r.out, r)
    p = subprocess.run(["bash", "-n"], input=h.run("--completion=bash").out_bytes)
    check(p.returncode == 0, "bash reads its completion")
    # There is no PowerShell here: at least it names every option and closes what it opens.
    shell = h.run("--completion=powershell").out
    check(set(re.findall(r"--[a-z-]+", h.run("--completion=bash").out)) <= set(re.findall(r"--[a-z-]+", shell)), "options")
    code = re.sub(r"'[^']*'|^#.*", "", shell)
    check(all(code.count(a) == code.count(b) for a, b in ("()", "{}", "[]")) and code.count('"') % 2 == 0 and "'" not in code, code)
    check(h.demo("--completion=ids").out == "demo/server-gone\n" and "0x11/0x1\n" in h.demo("--completion=codes").out, "words")
    check(h.run("--completion=codes", "--kb", "/nowhere").status == 6, "no knowledge base")
    check(h.run("kb", "lint", "--help").status == 0, "help of a command")
    check(h.run("kb", "lint", "--host=x").status == 2, "an option of another command")


@test
def completion_in_the_shells(h):
    if WRAPPER:
        raise Skip("a shell finds programs of its own system only")
    env = dict(h.env, PATH=os.path.dirname(PROGRAM) + ":" + h.env["PATH"], TROUBLESHOOT_KB=DEMO)
    h.write("evidence.zip", "")
    wanted = {"--code=0x11/": "0x11/0x1", "--show=d": "demo/server-gone", "kb show d": "demo/server-gone", "kb li": "lint", "sess": "sessions",
              "sessions ex": "export", "--format=js": "json", "--evidence=server=evi": "evidence.zip", "--answers=evi": "evidence.zip", "--ans": "--answers="}
    script = "source <(troubleshoot --completion=bash)\ncompopt() { :; }\n"
    for line in wanted:
        words = re.findall(r"=|[^ =]+", "troubleshoot " + line)  # as readline splits them
        script += "COMP_WORDS=(%s); COMP_CWORD=%d; _troubleshoot; echo \"${COMPREPLY[@]}\"\n" % (" ".join(words), len(words) - 1)
    out = subprocess.run(["bash", "-c", script], env=env, cwd=h.dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60).stdout
    check(len(out.splitlines()) == len(wanted), out)
    for (line, want), got in zip(wanted.items(), out.splitlines()):
        check(want in got.split(), (line, want, got))
    h.write("x.fish", h.run("--completion=fish").out_bytes)
    h.write("x.zsh", h.run("--completion=zsh").out_bytes)
    missing = [shell for shell in ("fish", "zsh") if shutil.which(shell) is None]
    if "fish" not in missing:
        for line in ("--code=0x11/", "--show=d", "kb show d", "sessions ex"):
            out = subprocess.run(["fish", "-c", "source x.fish; complete -C 'troubleshoot %s'" % line], env=env, cwd=h.dir, stdout=subprocess.PIPE, text=True).stdout
            check(wanted[line] in out, (line, out))
    if "zsh" not in missing:
        check(subprocess.run(["zsh", "-n", "x.zsh"], cwd=h.dir).returncode == 0, "zsh reads its completion")
    if missing:
        raise Skip("not installed: " + ", ".join(missing))


@test
def shipped_report(h):
    if not os.path.exists(SHIPPED):
        raise Skip("no compiled knowledge base was given in TS_KB_DB")
    r = h.run("--code", "0x904", "--ext", "0x7", "--no-checks", "--kb", SHIPPED)
    check(r.status == 0 and "0x904" in r.out and "powershell" not in r.err.lower(), r)
    no_controls(r.out_bytes)
    r = h.run("--code", "0x104", "--kb", SHIPPED)
    check(r.status == 0 and "disconnect" in r.out.lower() and "extended" in r.out.lower(), r)


main()
