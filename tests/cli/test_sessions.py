"""tests/cli/test_sessions.py - sessions that are kept: kill -9 at every step, restart, hand-over, and who may read them."""
import base64
import html
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import time

from harness import DEMO, Home, Skip, Terminal, check, main, test
from net import free_port, listener

PROMPT = r"> $"
DUMB = {"TERM": "dumb"}


def start(h, *args):
    t = Terminal(h, *args, "--kb", DEMO, env=DUMB)
    t.expect(PROMPT)
    return t


def say(t, line, pattern=PROMPT):
    t.send(line + "\n")
    return t.expect(pattern)


def kill(t):
    os.kill(t.pid, signal.SIGKILL)
    os.waitpid(t.pid, 0)
    t.status = -9
    os.close(t.fd)


def export(h, n=1):
    r = h.demo("sessions", "export", str(n), "--format=json")
    check(r.status == 0, r)
    d = json.loads(r.out)
    for c in d["checks"]:
        del c["ms"]
    return d


def db(h):
    return sqlite3.connect(h.path("state/troubleshoot/sessions.db"))


def reboot(h):
    """As if the computer had restarted since."""
    with db(h) as c:
        c.execute("UPDATE session SET boot = 'another boot'")


SCRIPTS = {
    # the port is refused: a confirmed cause, its steps, a verification, on to the next cause
    "refused": ["next", "next", "done", "not solved", "next", "back", "not solved", "next"],
    # the port is open: a person answers, takes back, answers otherwise
    "open": ["2", "next", "back", "1", "back", "4", "not solved", "back 2", "3"],
    # parameters are changed on the way
    "set": ["set port 9", "next", "set port PORT", "1", "next", "check"],
}


def arguments(name, port):
    return ["--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port]


def run_script(name, at=None, moment=None):
    """Run a script; killed after `at` lines and gone on with. Returns the exports after each line."""
    h = Home()
    s, port = (None, free_port()) if name == "refused" else listener()
    exports = []
    try:
        t = start(h, *arguments(name, port))
        for i, line in enumerate(SCRIPTS[name] + [None]):
            if at == i:
                if moment is not None and line is not None:
                    t.send(line.replace("PORT", str(port)) + "\n")
                    time.sleep(moment)
                kill(t)
                if moment is not None:
                    return export(h), port
                t = start(h, "sessions", "resume", "1")
            if line is None:
                break
            say(t, line.replace("PORT", str(port)))
            if at is None:
                exports.append(export(h))
        say(t, "quit", r"kept|Paused|$")
        t.wait()
        t.close()
        return (exports, port) if at is None else (export(h), port)
    finally:
        h.close()
        if s:
            s.close()


def same(a, b, pa, pb):
    """Equal but for the port, which differs from run to run."""
    return json.dumps(a, sort_keys=True).replace(str(pa), "PORT") == json.dumps(b, sort_keys=True).replace(str(pb), "PORT")


@test
def killed_at_every_step_nothing_is_lost(h):
    killed = 0
    for name, lines in SCRIPTS.items():
        whole, p0 = run_script(name)
        for at in range(len(lines) + 1):
            d, p1 = run_script(name, at)
            check(same(whole[-1], d, p0, p1), (name, at, whole[-1]["answers"], d["answers"], whole[-1]["causes"], d["causes"]))
            killed += 1
    check(killed > 20)


@test
def killed_while_it_works_old_or_new(h):
    for name, lines in SCRIPTS.items():
        whole, p0 = run_script(name)
        for at in range(1, len(lines)):
            for moment in (0, 0.004):
                d, p1 = run_script(name, at, moment)
                before, after = whole[at - 1], whole[at]
                # A check may be between forgotten and run again: then it is not there yet, and nothing else is lost.
                ok = same(before, d, p0, p1) or same(after, d, p0, p1)
                given = [a for a in d["answers"] if a["by"] == "person"]
                ok = ok or given in ([a for a in x["answers"] if a["by"] == "person"] for x in (before, after))
                check(ok, (name, at, d["answers"], before["answers"], after["answers"]))


@test
def next_start_says_what_was_left(h):
    t = start(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % free_port())
    say(t, "next")
    kill(t)
    r = h.demo(stdin="help\n1\nquit\n")
    for word in ('You were looking at "The demo server went away"', "session 1", "Its fix was being carried out", "Going on with session 1",
                 "You have seen 1 of its 2 steps"):
        check(word in r.out, (word, r))
    r = h.demo(stdin="2\n0x11\n")
    check("What is the error?" in r.out and "Session 2 is kept" in r.out, r)
    r = h.demo(stdin="3\nquit\n")
    check("Discarded." in r.out, r)
    check("2" not in h.demo("sessions").out.split()[:1], "2 is gone")
    r = h.demo(stdin="the demo server is gone\n127.0.0.1\nquit\n")
    check("Which computer is the server?" in r.out, r)


@test
def after_a_restart_it_goes_on_with_the_verification(h):
    port = free_port()
    t = start(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port)
    say(t, "next")
    say(t, "next")
    kill(t)
    reboot(h)
    s, _ = listener(port)
    r = h.demo(stdin="1\nquit\n")
    s.close()
    for word in ("The computer has restarted since", "You were carrying out the steps of", "It has gone", "Solved"):
        check(word in r.out, (word, r))
    check(r.status == 0, r)
    check(json.loads(h.demo("sessions", "export", "1", "--format=json").out)["fix"]["verified"] == "works")
    r = h.demo("sessions", "stats")
    check("the-demo-service-is-stopped: solved 1, not solved 0" in r.out, r)
    r = h.demo(stdin="quit\n")
    check("You were looking" not in r.out, r)


@test
def the_question_whether_it_worked_survives(h):
    s, port = listener()
    t = start(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port)
    say(t, "one")
    say(t, "next")
    say(t, "done", r"solved\? y, n> $")
    kill(t)
    r = h.demo(stdin="1\ny\nquit\n")
    s.close()
    check("You had carried out the steps" in r.out and "Solved" in r.out, r)


@test
def paused_is_status_7(h):
    port = free_port()
    args = ("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port)
    r = h.demo(*args, stdin="pause\n")
    check(r.status == 7 and "Paused: session 1" in r.out, r)
    check("paused" in h.demo("sessions").out)
    # Leaving at a step that another person has to do.
    r = h.demo(*args, stdin="2\nnot solved\nnext\nquit\n")
    check(r.status == 7 and "Somebody else is needed" in r.out, r)


@test
def two_programs_are_refused_politely(h):
    t = start(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % free_port())
    r = h.demo("sessions", "resume", "1", stdin="quit\n")
    check(r.status == 2 and re.search(r"open in another troubleshoot \(process %d\)" % t.pid, r.out.replace("\n", " ")), r)
    r = h.demo("sessions", "discard", "1")
    check(r.status == 3 and "quit it first" in r.err, r)
    check("open in another" in h.demo("sessions").out.replace("\n", " "))
    r = h.demo(stdin="quit\n")
    check("You were looking" not in r.out, r)
    kill(t)
    check(h.demo("sessions", "discard", "1").status == 0)


@test
def only_the_person_may_read_it(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    os.umask(0o022)
    t.expect("words> ")
    t.send("the demo server is gone\n")
    t.expect("> ")
    t.send("quit\n")
    t.wait()
    t.close()
    folder = h.path("state/troubleshoot")
    check(stat.S_IMODE(os.stat(folder).st_mode) == 0o700)
    names = sorted(os.listdir(folder))
    check(names == ["history", "sessions.db", "sessions.lock"], names)
    for n in names:
        check(stat.S_IMODE(os.stat(os.path.join(folder, n)).st_mode) == 0o600, n)


@test
def private_from_the_first_byte(h):
    strace = shutil.which("strace")
    if strace is None:
        raise Skip("strace is not installed")
    program, h.program = h.program, strace
    os.umask(0o022)
    log = h.path("log")
    t = Terminal(h, "-f", "-o", log, "-e", "trace=openat,rename,renameat,renameat2,chmod,fchmod,fchmodat", program, "--kb", DEMO, "--no-checks")
    t.expect("words> $")
    t.send("the demo server is gone\n")
    t.expect(PROMPT)
    t.send("quit\n")
    t.wait()
    t.close()
    with open(log, errors="replace") as f:
        calls = f.read()
    if "openat" not in calls:
        raise Skip("strace may not look at programs here")
    made = [line for line in calls.splitlines() if "O_CREAT" in line and "/state/troubleshoot/" in line]
    check(len(made) >= 3 and all(", 0600)" in line and "O_NOFOLLOW" in line for line in made if "-journal" not in line and "sessions.db" not in line), made)
    check(all(", 0600)" in line for line in made), made)
    first = [next(line for line in made if f'/{name}"' in line) for name in ("sessions.db", "sessions.lock")]
    check(all("O_EXCL" in line and "O_NOFOLLOW" in line for line in first), first)
    history = [line for line in made if "/.history." in line]
    check(len(history) == 1 and "O_EXCL" in history[0], made)
    check(re.search(r'rename[^\n]*/\.history\.[^\n]*troubleshoot/history"', calls), calls[-2000:])
    check("chmod" not in "".join(line for line in calls.splitlines() if "/state/troubleshoot/" in line), "made private afterwards")


@test
def a_link_in_its_place_is_not_followed(h):
    os.makedirs(h.path("state/troubleshoot"), 0o700)
    victim = h.write("victim", "keep me")
    for name in ("sessions.db", "history"):
        os.symlink(victim, h.path("state/troubleshoot/" + name))
    t = Terminal(h, "--kb", DEMO, "--no-checks", env=DUMB)
    t.expect("words> ")
    t.send("0x11\n")
    t.expect("> $")
    t.send("quit\n")
    t.wait()
    t.close()
    check(open(victim).read() == "keep me", "the link was followed")


@test
def what_cannot_be_kept_is_said_and_goes_on(h):
    h.write("state/troubleshoot", "a file where the folder should be")
    r = h.demo(stdin="0x11\n127.0.0.1\nsessions\nquit\n")
    check(r.status == 0 and "cannot be kept" in r.err and "The demo server went away" in r.out, r)
    os.unlink(h.path("state/troubleshoot"))
    h.write("state/troubleshoot/sessions.db", b"SQLite format 3\0" + b"rubbish" * 1000)
    r = h.demo(stdin="0x11\nquit\n")
    check(r.status == 0 and "cannot be kept" in r.err, r)


@test
def no_session_keeps_nothing(h):
    r = h.demo("--no-session", stdin="0x11\n127.0.0.1\nquit\n")
    check(r.status == 0 and not os.path.exists(h.path("state")), r)


@test
def list_show_export_stats_discard(h):
    check(h.demo("sessions").status == 0)
    h.demo(stdin="0x11/0x1\n127.0.0.1\nnot solved\nnext\nquit\n")
    r = h.demo("sessions", "list", "--format=json")
    d = json.loads(r.out)
    check(len(d) == 1 and d[0]["entry"] == "demo/server-gone" and d[0]["code"] == "0x11" and d[0]["ext"] == "0x1", r)
    r = h.demo("sessions", "show", "1")
    check("What was checked" in r.out and "0x11" in r.out, r)
    r = h.demo("sessions", "export", "1")
    check(r.out.startswith("# "), r)
    check(r.out == h.demo("sessions", "export", "1").out, "the same bytes twice")
    check(h.demo("sessions", "export", "1", "-o", h.path("x.md")).status == 0 and os.path.exists(h.path("x.md")))
    check("not solved 1" in h.demo("sessions", "stats").out)
    r = h.demo("sessions", "shwo", "1")
    check(r.status == 2 and "did you mean show" in r.err, r)
    check(h.demo("sessions", "show").status == 2 and h.demo("sessions", "show", "x").status == 2)
    check(h.demo("sessions", "show", "77").status == 3)
    check(h.demo("sessions", "discard", "1").status == 0)
    check(h.demo("sessions", "discard", "1").status == 3)
    with open(h.path("state/troubleshoot/sessions.db"), "rb") as f:
        check(b"127.0.0.1" not in f.read(), "what is discarded is gone from the file")


def encodings(secret):
    """The same secret, written in other ways."""
    b, w = secret.encode(), secret.encode("utf-16-le")
    half = len(secret) // 2
    return {
        "plain": secret,
        "percent": "".join("%%%02X" % c for c in b),
        "percent-some": secret[:1] + "%%%02x" % b[1] + secret[2:],
        "base64": base64.b64encode(b).decode(),
        "base64-utf16": base64.b64encode(w).decode(),
        "hex": b.hex(),
        "hex-utf16": " ".join("%02x" % c for c in w),
        "utf16-as-bytes": "\ufffd".join(secret) + "\ufffd",
        "escapes": "".join("\\u%04x" % ord(c) for c in secret),
        "entities": "".join("&#%d;" % c for c in b),
        "two-lines": secret[:half] + "\n" + secret[half:],
        "indented-lines": secret[:half] + "\r\n\t  " + secret[half:],
        "three-lines": secret[:2] + "\n" + secret[2:half + 2] + "\n" + secret[half + 2:],
    }


def secrets():
    """200 of them: (column that says so or None, secret)."""
    out = [("host", "srv-%s%02d" % (w, i)) for i, w in enumerate("bluefin marlin herring walrus otter".split() * 10)]
    out += [("domain", "CORP%sNET%02d" % (w, i)) for i, w in enumerate("Quartz Basalt Granite".split() * 10)]
    out += [("user", "%s.%s%d" % (a, b, i)) for i, (a, b) in enumerate([("mira", "sommer"), ("jonas", "winter"), ("lea", "herbst"), ("tim", "lenz")] * 10)]
    out += [(None, "10.%d.%d.%d" % (17 + i, 3 * i, 200 - i)) for i in range(40)]
    out += [(None, "2001:db8:%x::%x" % (0x1a0 + i, 0x77 + i)) for i in range(20)]
    out += [(None, "S-1-5-21-%d-%d-%d-%d" % (1004336348 + i, 1177238915 - i, 682003330 + 7 * i, 1100 + i)) for i in range(20)]
    return out


@test
def two_hundred_secrets_in_all_encodings(h):
    s, port = listener()
    h.demo("--code=0x11", "--guide", "--host=srv-param77", "--port=%d" % port, "--timeout=2", stdin="not solved\nquit\n")
    s.close()
    planted = secrets()
    check(len(planted) == 200 and len({p for _, p in planted}) == 200)
    for batch in range(0, 200, 20):
        part = planted[batch:batch + 20]
        texts = []
        with db(h) as c:
            node = c.execute("SELECT node FROM result").fetchone()[0]
            c.execute("DELETE FROM cell")
            c.execute("DELETE FROM ledger")
            for row, (column, secret) in enumerate(part):
                forms = encodings(secret)
                if column:
                    c.execute("INSERT INTO cell VALUES (1, ?, ?, 0, ?, 3, ?)", (node, row, column, secret))
                for col, (name, text) in enumerate(forms.items()):
                    texts.append((secret, name, text))
                    where = ["message: %s was seen", "url=%s", "before %s, after", "%s"][col % 4] % text
                    c.execute("INSERT INTO cell VALUES (1, ?, ?, ?, ?, 3, ?)", (node, row, col + 1, "text%d" % col, where))
                c.execute("INSERT INTO ledger VALUES (1, ?, ?, 'windows_eventlog', ?, 'denied', ?)", (node, row, secret, "asked " + forms["base64"]))
            c.execute("UPDATE result SET reason = ?, hint = ? WHERE node = ?", (part[0][1], encodings(part[0][1])["percent"], node))
            c.execute("UPDATE param SET value = ? WHERE name = 'host'", ("srv-param77",))
        for fmt in ("markdown", "json", "html"):
            r = h.demo("sessions", "export", "1", "--format=" + fmt)
            check(r.status == 0, r)
            out = r.out
            if fmt == "json":
                out += "\n".join(str(v) for v in walk(json.loads(r.out)))
            if fmt == "html":
                out += html.unescape(r.out)
            low = out.lower()
            for secret, name, text in texts:
                check(secret.lower() not in low, (fmt, name, secret))
                check(text.lower() not in low, (fmt, name, secret, text))
            check("srv-param77" not in low, fmt)


def walk(v):
    """Every string of a document."""
    if isinstance(v, dict):
        return [s for x in v.values() for s in walk(x)]
    if isinstance(v, list):
        return [s for x in v for s in walk(x)]
    return [v]


def demo_copy(h, change):
    """A copy of the demo knowledge with its entry changed."""
    for name in os.listdir(os.path.join(DEMO, "demo")):
        if name.endswith(".test.yaml"):
            continue
        with open(os.path.join(DEMO, "demo", name)) as f:
            text = f.read()
        h.write("kb/demo/" + name, change(text) if name == "server-gone.md" else text)
    return h.path("kb")


@test
def an_older_knowledge_base_is_said(h):
    s, port = listener()
    h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, stdin="one\nnext\nquit\n")

    def resumed(change):
        r = h.run("sessions", "resume", "1", "--kb", demo_copy(h, change), stdin="quit\n")
        return r, re.sub(r"\s+", " ", r.out)
    # Nothing of it is gone.
    r, text = resumed(lambda t: t.replace("everybody means the server", "all means the server"))
    check("still have their place" in text and "The profile is damaged" in text, r)
    # Another check now: it runs again.
    r, text = resumed(lambda t: t.replace("SELECT state AS answer, address", "SELECT state AS answer"))
    check("asks something else now" in text and "The profile is damaged" in text, r)
    # The label "one" is gone: back to that question.
    r, text = resumed(lambda t: t.replace("- **one** only one", "- **single** only one"))
    for word in ("knowledge base has changed", "is no answer to", "Does it fail for everybody? ----"):
        check(word in text, (word, r))
    s.close()


@test
def back_keeps_what_is_still_valid(h):
    s, port = listener()
    args = ("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port)
    r = h.demo(*args, stdin="one\nnot solved\nback 2\none\nstatus\nquit\n")
    check("later answers stay" in r.out.replace("\n", " ") and "tried, did not help" in r.out, r)
    r = h.demo(*args, stdin="2\none\nnot solved\nback 2\neverybody\nquit\n")
    check("No longer needed" in r.out and "The demo service is stopped" in r.out, r)
    r = h.demo(*args, stdin="2\nback\nback 9\nquit\n")
    check("There is no answer of yours" in r.out and "not given so many" in r.out, r)
    s.close()


@test
def ranking_by_outcomes_only_when_turned_on(h):
    s, port = listener()
    args = ("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port)
    # The firewall was it, three times; the profile never.
    for _ in range(3):
        h.demo(*args, stdin="one\nnot solved\nsolved\nquit\n")
    r = h.demo(*args, stdin="4\nquit\n")
    check("By what was solved here" not in r.out, r)
    r = h.demo(*args, stdin="2\nset ranking outcomes\nset ranking nonsense\nset ranking entry\nquit\n")
    check("causes that were solved here before come earlier" in r.out.replace("\n", " "), r)
    check(re.search(r'By what was solved here before, "A firewall drops the packets" is tried as number \d instead of \d', r.out.replace("\n", " ")), r)
    check("ranking is outcomes" in r.out, r)
    s.close()


@test
def free_text_anywhere(h):
    s, port = listener()
    args = ("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port)
    r = h.demo(*args, stdin="the demo server is gone\neverybdy\nstaus\nqwertz\nquit\n")
    s.close()
    for word in ("looking at already", "Did you mean everybody?", "Did you mean status?", "none of the answers"):
        check(word in r.out, (word, r))


@test
def handed_over_to_another_system(h):
    s, port = listener()
    h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, stdin="one\nnext\nquit\n")
    s.close()
    there = Home()
    try:
        for redact in ("none", "strict"):
            doc = h.demo("sessions", "export", "1", "--format=json", "--redact=" + redact).out
            path = there.write("from.json", doc)
            r = there.demo("--answers", path, "--no-input", "--format=json", "--redact=" + redact)
            check(r.status == 0, r)
            a, b = json.loads(doc), json.loads(r.out)
            for key in ("entry", "parameters", "answers", "checks", "causes", "fix", "open", "input", "machines", "result"):
                check(a[key] == b[key], (redact, key, a[key], b[key]))
            x = h.demo("sessions", "export", "1", "--redact=" + redact).out
            y = there.demo("--answers", path, "--no-input", "--format=markdown", "--redact=" + redact).out
            check(x == y, (redact, x, y))
    finally:
        there.close()


@test
def hostile_hand_over(h):
    def status(text):
        return h.demo("--answers", h.write("a.json", text), "--no-input").status
    check(status('{"schema": "other"}') == 2)
    check(status('{"schema": "troubleshoot.report"') == 2)
    check(status('{"schema": "troubleshoot.report", "version": 9, "entry": {"id": "demo/server-gone"}}') == 2)
    check(status('{"schema": "troubleshoot.report", "version": 1, "entry": null}') == 2)
    check(status('{"schema": "troubleshoot.report", "version": 1, "entry": {"id": "no/such"}}') == 2)
    head = '{"schema": "troubleshoot.report", "version": 1, "entry": {"id": "demo/server-gone"}, '
    check(status(head + '"answers": [{"node": "nowhere", "label": "x", "by": "person"}]}') == 2)
    check(status(head + '"answers": [{"node": 5}]}') == 2)
    check(status(head + '"answers": {"a": 1}, "checks": "x", "machines": 7, "parameters": [[]]}') in (0, 2))
    check(status(head + '"checks": [{"node": "does-the-server-accept-connections", "state": "answered", "result": "\\u001b[31m", "rows": [5, [1], {"a": {"b": 1}}]}]}') == 0)


@test
def a_damaged_file_never_crashes(h):
    h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % free_port(), stdin="next\nquit\n")
    path = h.path("state/troubleshoot/sessions.db")
    whole = open(path, "rb").read()
    for at in range(100, len(whole), max(1, len(whole) // 40)):
        with open(path, "wb") as f:
            f.write(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1:])
        r = h.demo(stdin="1\nquit\n")
        check(r.status in (0, 7), (at, r))
    with open(path, "wb") as f:
        f.write(whole)
    with db(h) as c:
        c.execute("PRAGMA foreign_keys = 0")
        c.execute("UPDATE result SET node = 'gone' WHERE node LIKE 'does%'")
        c.execute("UPDATE answer SET label = 'nonsense'")
        c.execute("UPDATE session SET place = 'nowhere', step = 99")
    r = h.demo(stdin="1\nquit\n")
    check(r.status in (0, 7) and "could not be put back" in r.out, r)


main()
