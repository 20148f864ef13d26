#!/usr/bin/env python3
"""tests/cli/test_workbench.py - the commands for those who write knowledge, and looking up a pasted ticket."""
import json
import os
import re
import shutil
import subprocess
import sys
import xml.dom.minidom

from harness import DEMO, ROOT, WRAPPER, Skip, Terminal, check, main, test

PACK = os.path.join(ROOT, "kb/rdp/pack.yaml")
ARTICLE = os.path.join(ROOT, "../shared/reference/rdp/article.txt")

ENTRY = """---
title: Advice of an article
messages: ['never seen anywhere']
machines: {server: the computer you connect to}
reviewed: 2026-11-22
sources: [https://example.org/article]
---

# Advice

What a page recommends.

## The article's cause

```yaml
cause: 1
class: licensing
where: server
irreversible: true
```

What it says.

%s
- **not solved** nothing follows.
"""


def steps_of(text):
    """The article's sentences that hold a command, each as a step: what it promises, and the command in its block."""
    steps = []
    for line in text.splitlines():
        for pattern, shell in ((r"(.*?)(net stop termservice && net start termservice)", "bat"), (r"(.*?)(restart-service termserv -force)", "bat")):
            m = re.match(pattern, line)
            if m:
                steps.append("%d. %s\n   ```%s\n   %s\n   ```\n" % (len(steps) + 1, m[1].strip().rstrip(":") + ":", shell, m[2]))
    return "".join(steps)


# ---- lint ----

# Of SARIF 2.1.0 (OASIS): the objects that we write, each with the properties that it must have and may have, and what they are.
TEXT, COUNT = str, int
SARIF = {
    "log": ({"version": ["2.1.0"], "runs": ["run"]}, {"$schema": TEXT}),
    "run": ({"tool": "tool"}, {"results": ["result"], "columnKind": ["utf16CodeUnits", "unicodeCodePoints"]}),
    "tool": ({"driver": "driver"}, {}),
    "driver": ({"name": TEXT}, {"version": TEXT, "informationUri": TEXT, "rules": ["rule"]}),
    "rule": ({"id": TEXT}, {"shortDescription": "message", "defaultConfiguration": "configuration"}),
    "configuration": ({}, {"level": ["none", "note", "warning", "error"]}),
    "result": ({"message": "message"}, {"ruleId": TEXT, "ruleIndex": COUNT, "level": ["none", "note", "warning", "error"],
                                        "locations": ["location"]}),
    "message": ({"text": TEXT}, {}),
    "location": ({}, {"physicalLocation": "place"}),
    "place": ({"artifactLocation": "artifact"}, {"region": "region"}),
    "artifact": ({"uri": TEXT}, {}),
    "region": ({}, {k: COUNT for k in ("startLine", "startColumn", "endLine", "endColumn")}),
}


def sarif_is_valid(value, kind="log", at=""):
    if kind is TEXT:
        check(isinstance(value, str) and value, at)
    elif kind is COUNT:
        check(isinstance(value, int) and value >= (0 if at.endswith("Index") else 1), at)
    elif isinstance(kind, list) and kind[0] in SARIF:
        check(isinstance(value, list), at)
        for i, v in enumerate(value):
            sarif_is_valid(v, kind[0], "%s[%d]" % (at, i))
    elif isinstance(kind, list):
        check(value in kind, (at, value))
    else:
        must, may = SARIF[kind]
        check(isinstance(value, dict) and set(must) <= set(value) <= set(must) | set(may), (at, kind, value))
        for k, v in value.items():
            sarif_is_valid(v, (must | may)[k], at + "/" + k)


@test
def lint_formats(h):
    h.write("kb/demo/pack.yaml", open(os.path.join(DEMO, "demo/pack.yaml"), "rb").read())
    h.write("kb/demo/bad.md", "---\ntitle: T\nreviewed: 2026-11-22\nsources: [https://example.org/a]\n---\n\n# T ü\n\nM.\n\n"
            "## A ü <b>x</b>\n\nWhy.\n\n- **yes** [no](#nowhere)\n")
    plain = h.run("kb", "lint", "kb")
    check(plain.status == 1 and "bad.md" in plain.err, plain)
    r = h.run("kb", "lint", "kb", "--format=json")
    doc = json.loads(r.out)
    check(r.status == 1 and r.err == "" and doc["schema"] == "troubleshoot.lint" and doc["version"] == 1, r)
    check(doc["errors"] == sum(p["severity"] == "error" for p in doc["problems"]) > 0, doc)
    check({"dead-link"} <= {p["rule"] for p in doc["problems"]}, doc)
    for p in doc["problems"]:
        check("%s:%d:%d: %s: %s" % (p["file"], p["line"], p["column"], p["severity"], p["text"]) in plain.err, p)
    sarif = json.loads(h.run("kb", "lint", "kb", "--format=sarif").out)
    sarif_is_valid(sarif)
    sarif_is_valid(json.loads(h.run("kb", "lint", DEMO, "--format=sarif").out))
    run = sarif["runs"][0]
    rules = {r["id"] for r in run["tool"]["driver"]["rules"]}
    check(sarif["version"] == "2.1.0" and len(run["results"]) == len(doc["problems"]), sarif)
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        check(result["ruleId"] in rules and region["startLine"] >= 1 and region["endColumn"] > region["startColumn"], result)
    check(json.loads(h.run("kb", "lint", DEMO, "--format=json").out)["problems"] == [], "a clean pack")
    r = h.run("kb", "lint", "kb", "--format=html")
    check(r.status == 2 and "sarif" in r.err, r)


@test
def the_article_is_refused(h):
    if not os.path.exists(ARTICLE):
        raise Skip("the article is not there")
    steps = steps_of(open(ARTICLE, encoding="utf-8").read())
    check(steps.count("```bat") == 2, steps)
    h.write("kb/rdp/pack.yaml", open(PACK, "rb").read())
    h.write("kb/rdp/article.md", ENTRY % steps)
    doc = json.loads(h.run("kb", "lint", "kb", "--format=json").out)
    texts = [p["text"] for p in doc["problems"] if p["rule"] in ("refused-advice", "wrong-shell", "unknown-service")]
    for what in ("PowerShell", "no service called termserv", "makes no new certificate"):
        check(any(what in t for t in texts), (what, doc))


# ---- test ----

@test
def cases_and_gaps(h):
    r = h.run("kb", "test", "--coverage", DEMO)
    check(r.status == 0 and "unreadable evidence passed, 0 failed" in r.out and "without any evidence" in r.out, r)
    r = h.run("kb", "test", "--format=junit", DEMO)
    dom = xml.dom.minidom.parseString(r.out)
    cases = dom.getElementsByTagName("testcase")
    check(r.status == 0 and len(cases) == int(dom.documentElement.getAttribute("tests")) > 2, r)
    check(any(c.getAttribute("name").startswith("gap: ") for c in cases), r)
    text = open(os.path.join(DEMO, "demo/server-gone.test.yaml")).read()
    for name in ("pack.yaml", "codes.yaml", "server-gone.md"):
        if os.path.exists(os.path.join(DEMO, "demo", name)):
            h.write("kb/demo/" + name, open(os.path.join(DEMO, "demo", name), "rb").read())
    h.write("kb/demo/server-gone.test.yaml", text.replace("state: refused", "state: open").replace("name: ", "name: <&\"> ", 1))
    r = h.run("kb", "test", "--format=junit", "kb")
    dom = xml.dom.minidom.parseString(r.out)
    check(r.status == 1 and len(dom.getElementsByTagName("failure")) >= 1, r)


@test
def mutations_are_noticed(h):
    r = h.run("kb", "test", "--mutate", DEMO)
    m = re.search(r"(\d+) of (\d+) changes noticed", r.out.splitlines()[-3])
    check(r.status == 0 and m and int(m[2]) > 5 and int(m[1]) * 2 > int(m[2]), r)
    again = h.run("kb", "test", "--mutate", DEMO)
    check(again.out == r.out, "the same every time")


@test
def an_unreadable_check_that_answers_fails(h):
    h.write("kb/demo/pack.yaml", open(os.path.join(DEMO, "demo/pack.yaml"), "rb").read())
    h.run("kb", "new", "demo/x", "kb")
    entry = open(h.path("kb/demo/x.md")).read()
    # "certain" of what the absence of rows says: the gap must undo it, and the program sees to that.
    h.write("kb/demo/x.md", entry.replace("certain: [present]", "certain: [present, absent]"))
    r = h.run("kb", "test", "kb")
    check("FAIL demo/x: gap: the-service-does-not-run" in r.out and r.status == 1, r)


# ---- new, graph ----

@test
def a_new_entry_lints_and_passes(h):
    os.makedirs(h.path("kb/rdp"))
    h.write("kb/rdp/pack.yaml", open(PACK, "rb").read())
    for name in ("rdp/0x104", "rdp/0x904-0x7", "rdp/some-thing"):
        r = h.run("kb", "new", name, "kb")
        check(r.status == 0 and name + ".md" in r.out, r)
    r = h.run("kb", "lint", "kb")
    check(r.status == 0 and "3 entries, no errors, 0 warnings" in r.out, r)
    r = h.run("kb", "test", "--coverage", "kb")
    check(r.status == 0 and "(100.0 %)" in r.out and "0 failed" in r.out, r)
    # Whatever the id is, and whoever claims its code already, the skeleton has no error.
    for name in ("0x104-timeout", "0x1-0x2-0x3", "0xZZ", "0X10", "0x99999999999-0x1", "a.test", "260", "_x", "README", "pack", "codes", "x.md"):
        check(h.run("kb", "new", "rdp/" + name, "kb").status == 0, name)
    r = h.run("kb", "lint", "kb")
    check(r.status == 0 and "15 entries" in r.out, r)
    r = h.run("kb", "test", "--coverage", "kb")
    check(r.status == 0 and "(100.0 %)" in r.out and "75 passed, 0 failed" in r.out, r)
    h.write("other/db/pack.yaml", "name: db\ntitle: T\nversion: 1\nservices: [postgresql]\nclasses: {setting: It is set wrongly.}\n")
    check(h.run("kb", "new", "db/slow", "other").status == 0, "another pack")
    check(h.run("kb", "lint", "other").status == 0 and "Start-Service postgresql" in open(h.path("other/db/slow.md")).read(), "its service")
    check(h.run("kb", "test", "other").status == 0, "its cases")
    before = open(h.path("kb/rdp/0x104.md")).read()
    h.write("kb/rdp/0x104.md", before + "\nmine\n")
    r = h.run("kb", "new", "rdp/0x104", "kb")
    check(r.status == 2 and "exists" in r.err and open(h.path("kb/rdp/0x104.md")).read().endswith("mine\n"), r)
    for bad in ("", "..", "../x", "a//b", "a/", "/etc/x", "a b", "-x", "a/.b"):
        check(h.run("kb", "new", "--", bad, "kb").status == 2, bad)
    check(h.run("kb", "new", "no-such-folder/x", "kb").status == 2, "folder")


@test
def graphs(h):
    dot = h.run("kb", "graph", "demo/server-gone", "--kb", DEMO)
    check(dot.status == 0 and dot.out.startswith("digraph") and dot.out.count("{") == dot.out.count("}"), dot)
    mermaid = h.run("kb", "graph", "demo/server-gone", "--kb", DEMO, "--format=mermaid")
    check(mermaid.status == 0 and mermaid.out.startswith("flowchart TD\n"), mermaid)
    svg = h.run("kb", "graph", "demo/server-gone", "--kb", DEMO, "--format=svg")
    xml.dom.minidom.parseString(svg.out)
    check("walked\"" not in svg.out.replace(".walked", ""), "nothing is marked without a session")
    label = json.loads(h.demo("--code", "0x11", "--no-checks", "--format=json").out)["open"][0]
    r = h.run("kb", "graph", "demo/server-gone", "--kb", DEMO, "--format=svg", "--answer", label["node"] + "=" + label["labels"][0])
    check(r.status == 0 and "walked\"" in r.out, r)
    r = h.run("kb", "graph", "demo/nothing", "--kb", DEMO)
    check(r.status == 3, r)
    check(h.run("kb", "graph", "demo/server-gone", "--kb", DEMO, "--format=json").status == 2, "a format of others")
    r = h.run("kb", "graph", "--kb", DEMO)
    check(r.status == 2 and "--session" not in r.out, r)


@test
def graphviz_takes_every_entry(h):
    if shutil.which("dot") is None:
        raise Skip("graphviz is not installed")
    entries = [e["id"] for e in json.loads(h.run("kb", "list", "--format=json").out)]
    check(len(entries) > 40, entries)
    for entry in entries:
        dot = h.run("kb", "graph", entry)
        done = subprocess.run(["dot", "-Tplain"], input=dot.out, capture_output=True, text=True)
        nodes = [line for line in done.stdout.splitlines() if line.startswith("node n")]
        check(done.returncode == 0 and done.stderr == "" and len(nodes) >= 2, (entry, done))


@test
def boxes_of_a_picture_stand_apart(h):
    for entry in ("rdp/0x904-0x7", "rdp/0x204", "rdp/internal-error"):
        doc = xml.dom.minidom.parseString(h.run("kb", "graph", entry, "--format=svg").out)
        size = [int(doc.documentElement.getAttribute(k)) for k in ("width", "height")]
        boxes = [[int(r.getAttribute(k)) for k in ("x", "y", "width", "height")] for r in doc.getElementsByTagName("rect") if r.getAttribute("x")]
        check(len(boxes) > 5, boxes)
        for i, (x, y, w, height) in enumerate(boxes):
            check(x >= 0 and y >= 0 and x + w <= size[0] and y + height <= size[1], (entry, boxes[i], size))
            for a, b, c, d in boxes[:i]:
                check(x + w < a or a + c < x or y + height < b or b + d < y, (entry, boxes[i], (a, b, c, d)))
        # A long way passes beside the boxes: the straight parts of its path lie in none.
        for path in doc.getElementsByTagName("path"):
            at = None
            for step, args in re.findall(r"([MLC])([-0-9 ]+)", path.getAttribute("d")):
                x, y = [int(n) for n in args.split()][-2:]
                if step == "L":
                    middle = (at[1] + y) / 2
                    check(not any(a < x < a + c and b < middle < b + d for a, b, c, d in boxes), (entry, path.getAttribute("d")))
                at = (x, y)


@test
def the_walk_of_a_kept_session_is_drawn(h):
    t = Terminal(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=9", "--no-checks", "--kb", DEMO, env={"TERM": "dumb"})
    t.expect(r"> $")
    t.send("2\n")
    t.expect(r"> $")
    t.send("quit\n")
    t.wait()
    kept = json.loads(h.demo("sessions", "export", "1", "--format=json").out)
    check(kept["answers"], kept)
    for args in (["--session=1"], ["demo/server-gone", "--session=1"]):
        r = h.run("kb", "graph", "--kb", DEMO, *args)
        check(r.status == 0 and "penwidth=3" in r.out, r)
        label = kept["answers"][0]["label"]
        check(re.search(r'-> \w+ \[label="%s", penwidth=3\]' % re.escape(label), r.out), (label, r.out))
    plain = h.run("kb", "graph", "demo/server-gone", "--kb", DEMO)
    check("penwidth=3" not in plain.out, plain)
    r = h.run("kb", "graph", "--session=7", "--kb", DEMO)
    check(r.status == 3 and "7" in r.err, r)
    r = h.run("kb", "graph", "--session=x", "--kb", DEMO)
    check(r.status == 2 and "number" in r.err, r)
    r = h.run("kb", "graph", "demo/other", "--session=1", "--kb", DEMO)
    check(r.status == 2 and "demo/server-gone" in r.err, r)


# ---- tickets ----

@test
def tickets(h):
    doc = json.loads(h.demo("--text", "-", "--no-checks", "--format=json", stdin="Sorry: the Demo Server is GONE again\n").out)
    check(doc["input"]["from"] == "text" and doc["input"]["by"] == "message" and doc["entry"], doc)
    doc = json.loads(h.demo("--text", "-", "--code", "0x11", "--no-checks", "--format=json", stdin="nothing that anybody knows\n").out)
    check(doc["input"]["by"] == "code" and doc["input"]["code"] == "0x11" and doc["entry"], doc)
    doc = json.loads(h.demo("--text", "-", "--no-checks", "--format=json", stdin="qwertz uiop\n").out)
    check(doc["input"]["by"] is None and doc["entry"] is None and doc["result"]["state"] == "unknown-code", doc)
    r = h.demo("--text", "-", "--search", "x", stdin="x")
    check(r.status == 2, r)
    r = h.demo("--text", "-", "--code", "nonsense!", stdin="x")
    check(r.status == 2 and "nonsense!" in r.err, r)


@test
def words_choose_and_say_so(h):
    h.write("kb/demo/pack.yaml", open(os.path.join(DEMO, "demo/pack.yaml"), "rb").read())
    for name, title, words in (("printer", "The plotter prints nothing", "plotter, toner, drum"), ("mail", "Mail does not arrive", "letters, spam, quota"),
                               ("door", "The door stays shut", "lock, hinge, key")):
        h.run("kb", "new", "demo/" + name, "kb")
        text = open(h.path("kb/demo/%s.md" % name)).read()
        h.write("kb/demo/%s.md" % name, text.replace("What the person sees, in a few words", title).replace("words, that, people, search, for", words)
                .replace("# What the person sees", "# " + title))
    doc = json.loads(h.run("--text", "-", "--no-checks", "--format=json", "--kb", "kb", stdin="the plotter says toner is low\n").out)
    check(doc["entry"]["id"] == "demo/printer" and doc["input"]["by"] == "words", doc)
    r = h.run("--text", "-", "--no-checks", "--kb", "kb", stdin="the plotter says toner is low, and spam in my letters\n")
    check(r.status == 0 and "hosen by the words" in r.out and "demo/mail" in r.out, r)
    r = h.run("--text", "-", "--no-checks", "--kb", "kb", stdin="the computer answers the person\n")
    check(r.status == 3, "words that every entry has choose none: %r" % r)


@test
def words_order_the_possible_causes(h):
    def order(text):
        doc = json.loads(h.demo("--text", "-", "--code", "0x11", "--no-checks", "--format=json", stdin=text).out)
        check({c["status"] for c in doc["causes"]} == {"possible"}, doc)
        return [c["id"] for c in doc["causes"]]
    causes = json.loads(h.demo("--code", "0x11", "--no-checks", "--format=json").out)["causes"]
    check(len(causes) == 3, causes)
    plain = order("qwertz\n")
    check(plain == [c["id"] for c in causes], plain)
    # The second and the third weigh the same; the first weighs fifteen times as much, which a few words do not undo.
    for c in causes[1:]:
        check(order(c["title"] + "\n")[1] == c["id"], c)


@test
def evidence_of_a_machine_of_another_entry(h):
    check(h.demo("--code", "0x11", "--evidence", "nobody=/nowhere", "--no-checks").status == 2, "no entry knows it")
    check(h.demo("--code", "0x11", "--evidence", "here=/nowhere", "--no-checks").status == 2, "no such file")


@test
def cases_runner(h):
    if WRAPPER:
        raise Skip("script/cases drives the program of its own system")
    try:
        import yaml  # noqa: F401
    except ImportError:
        raise Skip("there is no PyYAML")
    h.write("cases.yaml", """---
id: SECRET-CAUSE
source: https://example.org/SECRET
where: {client: Windows mstsc, server: Windows}
saw: {message: Cannot connect, code: '0x904', ext: '0x7'}
facts:
- server services: {name: TermService, status: STOPPED}
- server registry: {path: 'HKLM\\SYSTEM\\X\\Y', data: damaged}
- server nsg: {state: none}
- server windows_eventlog: {channel: System, eventid: 36870, inferred: true}
answers: {worked_before: 'yes'}
resolution: {cause_class: service_not_running, cause: SECRET, fix: SECRET, confirmed: reporter}
confidence: confirmed by reporter
""")
    env = dict(h.env, TROUBLESHOOT=os.environ["TS_PROGRAM"], TROUBLESHOOT_KB=os.path.join(ROOT, "kb"))
    p = subprocess.run([sys.executable, os.path.join(ROOT, "script/cases"), "-v", h.path("cases.yaml")], env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True)
    check(p.returncode == 0, p)
    check(re.fullmatch(r"entry 1/1, first \d/1, top3 \d/1, wrongly confirmed 0", p.stdout.splitlines()[-1]), p)
    check("1 used, 1 no such table, 1 no usable value, 1 inferred" in p.stdout, p)


main()
