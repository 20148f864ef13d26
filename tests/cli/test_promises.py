"""tests/cli/test_promises.py - what is promised of every entry that is shipped: it never blocks, a walk back and forth ends
where it was, the same export has the same bytes, and the text does not depend on where it goes."""
import contextlib
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import time

from harness import DEMO, SGR, SHIPPED, WRAPPER, Skip, Terminal, check, main, test
from net import free_port, listener

OSC = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def entries():
    """name -> [(slug, kind, [(label, place it leads to in the entry or None,
    whether a person may say it)], nobody is asked)] of the knowledge that is shipped."""
    if not SHIPPED:
        raise Skip("there is no knowledge that is shipped")
    if WRAPPER:
        raise Skip("thousands of starts take too long under Wine; what is shown does not depend on the system")
    db = sqlite3.connect("file:%s?mode=ro&immutable=1" % SHIPPED, uri=True)
    found = {}
    for number, name in db.execute("SELECT id, name FROM entry ORDER BY id").fetchall():
        nodes = [(slug, kind, [], never) for slug, kind, never in db.execute(
            "SELECT slug, kind, ask_never FROM node WHERE entry = ? ORDER BY ord", (number,))]
        for node, label, leads in db.execute(
                "SELECT node, label, leads FROM answer WHERE entry = ? ORDER BY node, ord", (number,)):
            nodes[node][2].append((label, leads, label != "none"))  # "none": the check found no row
        found[name] = nodes
    db.close()
    check(len(found) > 10, "entries: %d" % len(found))
    return found


def ways(nodes):
    """Node -> the answers on the shortest way there; nodes that no answer leads to are not in it."""
    way, at = {0: []}, [0]
    for node in at:
        for label, leads, _ in nodes[node][2]:
            if leads is not None and leads not in way:
                way[leads] = way[node] + [{"node": nodes[node][0], "label": label, "by": "person"}]
                at.append(leads)
    return way


def handed_over(h, entry, answers):
    return h.write("given.json", json.dumps(
        {"schema": "troubleshoot.report", "version": 1, "entry": {"id": entry}, "answers": answers}))


def unattended(h, *args, seconds=20):
    """Run with standard input closed altogether; it has to end by itself."""
    p = subprocess.Popen(h.command(*args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=h.env,
                         cwd=h.dir, preexec_fn=lambda: os.close(0))
    try:
        out, err = p.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        raise AssertionError("%s did not end within %d s" % (" ".join(args), seconds))
    return p.returncode, out.decode(), err.decode()


@test
def every_node_ends_without_input(h):
    """Each node of each entry is reached by answers in advance, and nobody is there to answer it."""
    reached = 0
    for entry, nodes in entries().items():
        for node, answers in ways(nodes).items():
            given = handed_over(h, entry, answers)
            status, out, err = unattended(h, "--kb", SHIPPED, "--answers", given, "--no-checks", "--no-input", "--format=json")
            check(status == 0, (entry, nodes[node][0], status, err))
            doc = json.loads(out)
            check(doc["entry"]["id"] == entry, (entry, out))
            check([(a["node"], a["label"]) for a in doc["answers"]] == [(a["node"], a["label"]) for a in answers],
                  (entry, nodes[node][0], doc["answers"]))
            if nodes[node][1] == "question":
                check(nodes[node][0] in [o["node"] for o in doc["open"]], (entry, nodes[node][0], doc["open"]))
            else:
                check(nodes[node][0] in [c["id"] for c in doc["causes"]], (entry, nodes[node][0]))
            reached += 1
    check(reached > 300, reached)


@test
def every_answer_ends_without_input(h):
    """Each answer of each question, given where the question stands."""
    for entry, nodes in entries().items():
        for node, answers in ways(nodes).items():
            for label, _, _ in nodes[node][2]:
                given = handed_over(h, entry, answers + [{"node": nodes[node][0], "label": label, "by": "person"}])
                status, out, err = unattended(h, "--kb", SHIPPED, "--answers", given, "--no-checks", "--no-input", "--quiet")
                check(status == 0 and out != "", (entry, nodes[node][0], label, status, err))


@test
def every_guided_entry_says_what_it_needs(h):
    for entry in entries():
        given = handed_over(h, entry, [])
        status, _, err = unattended(h, "--kb", SHIPPED, "--answers", given, "--guide", "--no-checks", "--no-input", "--no-session")
        check(status in (0, 4), (entry, status, err))
        check(status == 0 or "--answer" in err or "--set" in err or "--host" in err, (entry, err))


@test
def every_entry_ends_with_its_checks_run(h):
    """The checks run on this computer, and against a port where nothing listens; each has a limit, and so has the whole."""
    port = free_port()
    for entry in entries():
        given = handed_over(h, entry, [])
        begun = time.monotonic()
        status, out, err = unattended(h, "--kb", SHIPPED, "--answers", given, "--host=127.0.0.1", "--port=%d" % port,
                                      "--timeout=2", "--no-input", "--format=json", seconds=60)
        check(status == 0, (entry, status, err))
        doc = json.loads(out)
        for c in doc["checks"]:
            check(c["state"] != "unknown" or c["gaps"] or c.get("reason"), (entry, c))
        check(time.monotonic() - begun < 30, entry)


# ---- back and forth ----

def state(text):
    """What a session knows, without when and how long."""
    doc = json.loads(text)
    return {k: doc[k] for k in ("entry", "answers", "causes", "fix", "open", "result")}


def walked(h, entry, lines):
    shutil.rmtree(h.path("state"), ignore_errors=True)
    r = h.run("--kb", SHIPPED, "--answers", handed_over(h, entry, []), "--guide", "--no-checks",
              stdin="\n".join(lines + ["quit", ""]))
    check(r.status in (0, 7), (entry, lines, r))
    kept = h.run("sessions", "export", "1", "--kb", SHIPPED, "--format=json")
    check(kept.status == 0, (entry, lines, r, kept))
    return state(kept.out), r


@test
def back_and_the_same_answers_is_the_same_state(h):
    """Some way through each entry is taken. One answer is taken back at some depth (what came later stays) and given again;
    all are taken back one by one and given again."""
    dice, compared, deep = random.Random(6), 0, 0
    for entry, nodes in dice.sample(sorted(entries().items()), 12):
        labels, node = [], 0
        while node is not None and len(labels) < 7:
            said = [a for a in nodes[node][2] if (a[0] == "unknown" if nodes[node][3] else a[2])]
            if nodes[node][3] and not said:
                break
            asked = not nodes[node][3]
            label, node, _ = dice.choice([a for a in said if a[1] is not None] or said)
            labels += [label] if asked else []
        straight, r = walked(h, entry, labels)
        # What was typed behind the end of the way is no answer; what was one is said again.
        labels = [a["label"] for a in straight["answers"]]
        check(labels, (entry, r))
        straight, r = walked(h, entry, labels)
        check(labels and [a["label"] for a in straight["answers"]] == labels, (entry, labels, straight["answers"], r))
        given, depth = len(labels), dice.randint(1, len(labels))
        again, r = walked(h, entry, labels + ["back %d" % depth, labels[-depth]])
        check(again == straight, (entry, labels, depth, again["answers"], straight["answers"], r))
        one_by_one, r = walked(h, entry, labels + ["back"] * given + labels)
        check(one_by_one == straight, (entry, labels, one_by_one["answers"], straight["answers"], r))
        nothing, r = walked(h, entry, labels + ["back"] * given)
        check(nothing == walked(h, entry, [])[0], (entry, labels, nothing["answers"], r))
        compared += 1
        deep += given > 2
    check(compared == 12 and deep > 4, (compared, deep))


# ---- the same bytes ----

@test
def exported_twice_has_the_same_bytes(h):
    for entry in entries():
        given = handed_over(h, entry, [])
        for form in ("markdown", "html", "json"):
            args = ("--kb", SHIPPED, "--answers", given, "--no-checks", "--no-input", "--format=" + form)
            first = h.run(*args)
            check(first.status == 0 and first.out and first.out_bytes == h.run(*args).out_bytes, (entry, form, first.err))


@test
def a_kept_session_exported_twice_has_the_same_bytes(h):
    with contextlib.closing(listener()[0]) as s:
        port = s.getsockname()[1]
        h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, stdin="one\nback\neverybody\nquit\n")
    for form in ("markdown", "html", "json"):
        first = h.demo("sessions", "export", "1", "--format=" + form)
        time.sleep(1.1)  # a clock that is looked at would show
        check(first.status == 0 and first.out, (form, first))
        check(h.demo("sessions", "export", "1", "--format=" + form).out_bytes == first.out_bytes, form)


# ---- a terminal and a pipe ----

@test
def every_report_is_the_same_on_a_terminal(h):
    for entry in entries():
        given = handed_over(h, entry, [])
        for more in ([], ["--all", "--verbose"]):
            args = ["--kb", SHIPPED, "--answers", given, "--no-checks", "--no-input", "--no-pager", "--quiet", *more]
            plain = h.run(*args)
            t = Terminal(h, *args)
            t.wait()
            seen = SGR.sub("", OSC.sub("", t.text)).replace("\r\n", "\n")
            t.close()
            check("\x1b" not in plain.out, (entry, "escapes in a pipe"))
            check("\x1b[" in t.text, (entry, "no colour on a terminal"))
            check(seen == plain.out, (entry, more, [x for x in zip(seen.splitlines(), plain.out.splitlines()) if x[0] != x[1]][:2]))


# ---- one document ----

def one_document(r, what):
    try:
        return json.loads(r.out)
    except ValueError as e:
        raise AssertionError("%s: %s: %r" % (what, e, r))


@test
def json_alone_whatever_is_said_besides(h):
    port = free_port()
    ask = ["--code=0x11/0x1", "--host=127.0.0.1", "--port=%d" % port, "--kb", DEMO]
    for more in ([], ["--verbose"], ["--debug"], ["--verbose", "--debug", "--all"], ["--accessible"], ["--color=always"],
                 ["--no-input"], ["--commands"], ["--quiet"], ["--exit-code"]):
        r = h.run(*ask, *more, "--format=json")
        doc = one_document(r, more)
        check(doc["schema"] == "troubleshoot.report" and doc["result"]["exit_code"] == r.status, (more, r))
    for args in (["--code=0x999", "--kb", DEMO], ["--code=zz", "--kb", DEMO], ["--nonsense"], ["--code"], ["--search=zzzz", "--kb", DEMO],
                 ["--show=none/such", "--kb", DEMO], ["--text=/nowhere", "--kb", DEMO], [*ask, "--answer=x=y"],
                 [*ask, "--answers=/nowhere"], [*ask, "--evidence=server=/nowhere"], [*ask, "--set=nothing=1"], [*ask, "--cause=none"],
                 ["query", "SELECT * FROM nothing"], ["query", "nonsense"], ["query", "--evidence", "here=/nowhere", "SELECT 1"],
                 ["sessions", "list"], ["sessions", "show", "99"], ["sessions", "export", "99"], ["kb", "lint", "/nowhere"],
                 ["kb", "list", "--kb", "/nowhere"], ["probe", "127.0.0.1:%d" % port], ["probe", ""], ["evidence", "/nowhere"]):
        for more in ([], ["--verbose", "--debug"]):
            r = h.run(*args, *more, "--format=json")
            one_document(r, args + more)


@test
def json_alone_where_the_knowledge_is_damaged(h):
    h.run("kb", "build", DEMO, "-o", "whole.db")
    with open(h.path("whole.db"), "rb") as f:
        whole = f.read()
    dice = random.Random(4)
    said = 0
    for n in range(60):
        if n < 20:
            data = whole[:len(whole) * n // 20]
        else:
            data = bytearray(whole)
            for _ in range(1 + n * 4):
                data[dice.randrange(len(data) if n % 2 else 4096)] = dice.randrange(256)
        h.write("damaged.db", bytes(data))
        r = h.run("--code=0x11/0x1", "--no-checks", "--kb", "damaged.db", "--format=json", "--verbose")
        doc = one_document(r, "damaged %d" % n)
        check(doc["result"]["exit_code"] == r.status and r.status in (0, 3, 6), (n, r))
        said += r.status == 6 and "damaged.db" in doc["error"]["message"] if isinstance(doc.get("error"), dict) else \
            r.status == 6 and "damaged.db" in str(doc.get("error"))
    check(said >= 20, said)


main()
