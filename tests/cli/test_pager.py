"""tests/cli/test_pager.py - long output goes through the person's pager, and is complete whatever that pager does."""
import os
import shutil

from harness import SGR, Skip, Terminal, check, main, test

LONG = ("--code", "0x11", "--no-checks", "--all", "--color=never")


def kb(h):
    return ("--kb", h.path("demo-kb"))


def nobody(h):
    """A person with long output and a pager that says so."""
    if os.geteuid() == 0:
        h.be_nobody()
    else:
        shutil.copytree(os.path.join(os.environ["TS_SOURCE_ROOT"], "tests/cli/kb"), h.path("demo-kb"))
    pager(h, "pg", 'echo "PAGED $# $*"; cat; echo "END LESS=$LESS"')
    h.env["PAGER"] = h.path("pg")
    return h.run(*LONG, *kb(h)).out


def pager(h, name, body):
    path = h.write(name, "#!/bin/sh\n%s\n" % body)
    os.chmod(path, 0o755)
    return path


def shown(h, *args, env=None, rows=24):
    t = Terminal(h, *(args or LONG), *kb(h), rows=rows, env=env)
    status = t.wait()
    text = SGR.sub("", t.text).replace("\r\n", "\n")
    t.close()
    return status, text


@test
def long_output_is_paged_whole(h):
    text = nobody(h)
    status, seen = shown(h)
    check(status == 0 and seen == "PAGED 0 \n" + text + "END LESS=FRX\n", seen)
    # Words are split at blanks, and nothing else is done to them.
    status, seen = shown(h, env={"PAGER": h.path("pg") + "  -a   'b $HOME *", "LESS": "R"})
    check(seen == "PAGED 4 -a 'b $HOME *\n" + text + "END LESS=R\n", seen)


@test
def the_exit_status_is_the_programs_own(h):
    nobody(h)
    status, seen = shown(h, *LONG, "--exit-code")
    check(status == 5 and "PAGED" in seen, (status, seen))


@test
def its_own_variable_wins(h):
    nobody(h)
    pager(h, "other", "echo OTHER; cat")
    check(shown(h, env={"TROUBLESHOOT_PAGER": h.path("other")})[1].startswith("OTHER\n"))
    check("PAGED" not in shown(h, env={"TROUBLESHOOT_PAGER": ""})[1])


@test
def where_nothing_is_paged(h):
    text = nobody(h)
    for args in (["--no-pager"], ["--accessible"], ["--no-input"]):
        check(shown(h, *LONG, *args)[1] == text, args)
    for env in ({"TERM": "dumb"}, {"TERM": ""}, {"ACCESSIBLE": "1"}, {"PAGER": "cat"}, {"PAGER": ""}, {"PAGER": " "}, {"CI": "true"}):
        check(shown(h, env=env)[1] == text, env)
    check(shown(h, rows=len(text.splitlines()) + 1)[1] == text, "it fits")
    check("PAGED" in shown(h, rows=len(text.splitlines()))[1], "one row too many, with the prompt's")
    check(h.run(*LONG, *kb(h)).out == text, "no terminal")


@test
def long_lines_take_more_than_a_row(h):
    nobody(h)
    args = ("--code", "0x11", "--no-checks", "--width=0", "--color=never")
    text = h.run(*args, *kb(h)).out
    rows = len(text.splitlines()) + 1
    check(max(len(l) for l in text.splitlines()) > 80)
    check("PAGED" in shown(h, *args, rows=rows)[1])


@test
def a_guided_session_is_never_paged(h):
    nobody(h)
    t = Terminal(h, *kb(h), rows=10)
    t.expect("words> ")
    t.send("show demo/server-gone\n")
    t.expect("words> ")
    t.send("help\n")
    t.expect("words> ")
    t.send("quit\n")
    t.wait()
    t.close()
    check("PAGED" not in t.text, t.text)


@test
def a_pager_that_fails_loses_nothing(h):
    text = nobody(h)
    h.write("not-executable", "x")
    failing = {
        "missing": ("/nowhere/pager", "No such file"), "fails": (pager(h, "fails", "exit 3"), "status 3"),
        "late": (pager(h, "late", "head -n 2 >/dev/null; exit 1"), "status 1"), "killed": (pager(h, "killed", "kill -9 $$"), "signal 9"),
        "no program": (h.path("not-executable"), "ermission denied"), "sh syntax": ("cat | tac; touch " + h.path("x"), "failed with status"),
        "raw": (pager(h, "raw", "stty raw -echo </dev/tty; kill -9 $$"), "signal 9"),
    }
    for name, (value, why) in failing.items():
        status, seen = shown(h, env={"PAGER": value})
        check(status == 0 and seen.endswith(text) and "note: the pager was of no use" in seen and why in seen, (name, seen))
        check("PAGED" not in seen, name)
        check(shown(h, *LONG, "-q", env={"PAGER": value})[1].endswith(text), name)
    check(not os.path.exists(h.path("x")), "a shell was started")
    # One that ends well without reading has shown nothing; one that has read is believed.
    check(shown(h, env={"PAGER": pager(h, "unread", "exit 0")})[1] == text)
    check(shown(h, env={"PAGER": pager(h, "read", "head -c 1000000 >/dev/null")})[1] == "")
    # The usual one is not there: nobody has to know.
    check(shown(h, env={"PAGER": None, "PATH": h.path("nothing")})[1] == text)


@test
def output_larger_than_a_pipe(h):
    nobody(h)
    args = ("query", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 40000) SELECT x FROM c")

    def run(value):
        t = Terminal(h, *args, env={"PAGER": value})
        status = t.wait()
        text = t.text.replace("\r\n", "\n")
        t.close()
        return status, text
    status, text = run("cat")
    check(status == 0 and text.rstrip().endswith("40000"), text[-200:])
    check(run(h.path("pg"))[1] == "PAGED 0 \n" + text + "END LESS=FRX\n")
    # The person has seen enough.
    status, seen = run(pager(h, "enough", "head -n 3"))
    check(status == 0 and len(seen.splitlines()) == 3, seen)
    check(run(pager(h, "unread", "exit 0"))[1] == text)


@test
def an_interrupt_is_the_pagers_business(h):
    nobody(h)
    t = Terminal(h, *LONG, *kb(h), env={"PAGER": pager(h, "waits", "trap 'echo STAYS' INT; cat >/dev/null; echo READY; read x </dev/tty; echo GOT $x")})
    t.expect("READY")
    t.send("\x03")
    t.expect("STAYS")
    t.send("word\n")
    t.expect("GOT")
    check(t.wait() == 0, t.status)
    t.close()
    t = Terminal(h, *LONG, *kb(h), env={"PAGER": pager(h, "ends", "cat >/dev/null; echo READY; sleep 30")})
    t.expect("READY")
    t.send("\x03")
    check(t.wait() == 0 and "pager was of no use" not in t.text, (t.status, t.text))
    t.close()


@test
def with_elevated_rights_there_is_none(h):
    if os.geteuid() != 0:
        raise Skip("this is no superuser")
    text = nobody(h)
    h.uid = None
    check(shown(h)[1] == text)
    h.uid = 65534
    check(shown(h, env={"SUDO_UID": "65534"})[1] == text)


@test
def the_usual_pager(h):
    nobody(h)
    del h.env["PAGER"]
    os.mkdir(h.path("bin"), 0o755)
    pager(h, "bin/less", 'echo "THE LESS $# $LESS"; cat >/dev/null')
    check(shown(h, env={"PATH": h.path("bin") + ":" + h.env["PATH"]})[1] == "THE LESS 0 FRX\n")
    if shutil.which("less") is None:
        raise Skip("less is not installed")
    t = Terminal(h, *LONG, *kb(h))
    t.expect("went away")
    t.send("q")
    check(t.wait() == 0, t.status)
    t.close()


main()
