"""tests/cli/test_tmux.py - the guided session in a real terminal under a real shell: what stands on the screen after keys, pastes, signals and resizes."""
import os
import re
import shutil
import signal
import subprocess
import time

from harness import DEMO, WRAPPER, Skip, check, main, test
from net import deaf_port

TMUX = shutil.which("tmux")
WAIT = int(os.environ.get("TS_TMUX_WAIT", "60"))  # seconds, at most, for anything


class Screen:
    """A terminal of its own tmux server, with sh in it, and the program started from there."""

    def __init__(self, h, *args, columns=80, rows=30, env=None, program=None):
        if WRAPPER:
            raise Skip("a console under Wine is not a terminal of POSIX")
        if TMUX is None:
            raise Skip("tmux is not installed")
        self.h = h
        self.socket = h.path("tmux")
        e = {k: v for k, v in dict(h.env, ENV="", SHELL="/bin/sh", **(env or {})).items() if k != "COLUMNS"}
        self.env = e
        inner = {"TERM": e.pop("TERM")} if "TERM" in (env or {}) else {}
        e.pop("TERM", None)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "exec sh", start=True)
        self.line("PS1='SHELL''$ '; clear")
        self.wait(r"^SHELL\$$")
        command = ["env"] + ["%s=%s" % kv for kv in inner.items()] + [program or h.program, *(args or ("--kb", DEMO, "--no-checks"))]
        self.line(" ".join("'%s'" % a for a in command))

    def tmux(self, *args, start=False):
        e = dict(self.env, TERM="xterm") if start else dict(os.environ)
        p = subprocess.run([TMUX, "-u", "-S", self.socket, *args], env=e, cwd=self.h.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT,
                           preexec_fn=self.h.drop if self.h.uid is not None else None)
        if p.returncode != 0:
            if start:
                raise Skip("tmux does not start here: %s" % p.stderr.decode())
            raise AssertionError("tmux %s: %s" % (args, p.stderr.decode()))
        return p.stdout.decode("utf-8", "replace")

    def screen(self):
        return re.sub(r" +$", "", self.tmux("capture-pane", "-p", "-S", "-500", "-J"), flags=re.M).rstrip("\n")

    def wait(self, pattern):
        """Until what stands in the terminal, without blanks at the ends of lines, matches."""
        end = time.monotonic() + WAIT
        while True:
            text = self.screen()
            if re.search(pattern, text):
                return text
            if time.monotonic() > end:
                raise AssertionError("waited for %r, saw\n%s" % (pattern, text))
            time.sleep(0.03)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def line(self, text):
        self.type(text)
        self.keys("Enter")

    def paste(self, text, bracketed):
        self.tmux("set-buffer", "--", text)
        self.tmux("paste-buffer", *(["-p"] if bracketed else []))

    def resize(self, columns):
        self.tmux("resize-window", "-x", str(columns), "-y", "30")

    def pid(self):
        """Of the program."""
        pane = self.tmux("list-panes", "-F", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", pane], stdout=subprocess.PIPE).stdout.split()[0])

    def clear(self):
        self.tmux("clear-history")

    def close(self):
        subprocess.run([TMUX, "-S", self.socket, "kill-server"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=WAIT)


def on_screen(*args, **kw):
    """A test with a screen of its own."""
    def wrap(f):
        def run(h):
            if kw.get("nobody") and os.geteuid() == 0:
                h.be_nobody()
            s = Screen(h, *args, env=kw.get("env"))
            try:
                f(h, s)
            finally:
                s.close()
        run.__name__ = f.__name__
        return test(run)
    return wrap


FIND = r"words>$"
ASK = r"help>$"
MESSAGE = ["Something can't work today.", "\tError code: 0x11", "Extended error code: 0x1", "At \"srv 1\"; $HOME `x`"]


@on_screen()
def completion(h, s):
    s.wait(FIND)
    s.type("hel")
    s.keys("Tab")
    s.wait(r"words> help$")
    s.keys("C-u")
    s.type("0x1")
    s.keys("Tab")
    s.wait(r"0x1  0x11  0x11/0x1  0x12\n.*words> 0x1$")
    s.type("1")
    s.keys("Enter")
    s.wait(ASK)
    s.type("some")
    s.keys("Tab")
    s.wait(r"help> something else$")


@on_screen()
def interrupts(h, s):
    s.wait(FIND)
    s.type("half a line")
    s.wait(r"half a line$")
    s.keys("C-c")
    s.wait(r"half a line\^C\n.*words>$")
    time.sleep(1.1)
    s.keys("C-c")
    s.wait(r"Type quit to leave; the session is kept\.\)\n.*words>$")
    # Twice within a second leaves.
    time.sleep(1.1)
    s.keys("C-c")
    s.wait(r"(?s)Type quit.*Type quit.*words>$")
    s.keys("C-c")
    s.wait(r"Left\.\nSHELL\$$")
    s.line("echo status $?")
    s.wait("status 130")


@on_screen()
def end_of_input(h, s):
    s.wait(FIND)
    s.type("abc")
    s.keys("C-d")  # on a line that is not empty it deletes, and there is nothing to delete
    s.keys("Home")
    s.keys("C-d")
    s.wait(r"words> bc$")
    s.keys("C-u", "C-k")
    s.wait(FIND)
    s.keys("C-d")
    s.wait(r"SHELL\$$")
    s.line("echo status $?")
    s.wait("status 0")


def slow_check(h, seconds):
    keep, port = deaf_port()
    s = Screen(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, "--timeout=%d" % seconds, "--kb", DEMO)
    try:
        yield s
    finally:
        s.close()
        for c in keep:
            c.close()


@test
def interrupt_during_a_check(h):
    for s in slow_check(h, 60):
        s.wait("checking: Does the server accept connections")
        s.keys("C-c")
        text = s.wait(ASK)
        check("Does the server accept connections?" in text and "checking:" not in text and re.search("cancelled|skip", text), text)


@test
def paste_during_a_check(h):
    for s in slow_check(h, 3):
        s.wait("checking: Does the server accept connections")
        s.paste("\n".join(MESSAGE) + "\n", True)
        # One block, read when the check has ended, and understood as the error that is looked at already.
        text = s.wait(r"looking at already")
        check(text.count("none of the answers") == 0, text)


@test
def typed_during_a_check_is_kept(h):
    for s in slow_check(h, 3):
        s.wait("checking: Does the server accept connections")
        s.line("help back")
        s.wait(r"back \[N\]: take back your last answer")


@test
def from_a_pipe(h):
    s = Screen(h, "-c", "printf \"0x11\\nquit\\n\" | \"$0\" \"$@\"", h.program, "--kb", DEMO, "--no-checks", program="sh")
    try:
        text = s.wait(r"The demo server went away[^$]*SHELL\$$")
        check("words>" not in text, text)
    finally:
        s.close()


@on_screen()
def resize_with_a_half_typed_line(h, s):
    s.wait(FIND)
    s.type("the demo server is gone, they said on the tele")
    s.wait(r"tele$")
    for columns in (40, 100):
        s.resize(columns)
        s.wait(r"words> the demo server is gone, they said on the tele$")
    s.type("phone")
    s.keys("Home")
    s.type("so ")
    s.wait(r"words> so the demo server is gone, they said on the telephone$")
    s.keys("Enter")
    s.wait("The demo server went away")


@on_screen()
def stopped_and_continued(h, s):
    s.wait(FIND)
    s.type("0x1")
    s.wait("words> 0x1$")
    s.keys("C-z")
    s.wait(r"Stopped[^\n]*\nSHELL\$$")
    s.line("stty -a | grep -c ' icanon'")  # the terminal is as the shell wants it
    s.wait(r"\n1\nSHELL\$$")
    s.line("fg")
    s.wait(r"words> 0x1$")
    s.line("1")
    s.wait("The demo server went away")


def pasted(h, s, bracketed):
    s.wait(FIND)
    s.paste("\n".join(MESSAGE) + "\n", bracketed)
    text = s.wait(ASK)
    check(text.count("The demo server went away") == 1 and "none of the answers" not in text and "not understood" not in text, text)
    s.line("export out.md")
    s.wait(r"The report is in out\.md")
    with open(h.path("out.md")) as f:
        report = f.read()
    check("0x11" in report and "0x1" in report, report)


@on_screen()
def bracketed_paste(h, s):
    pasted(h, s, True)


@on_screen()
def unbracketed_paste(h, s):
    pasted(h, s, False)


def with_editrc(text):
    def wrap(f):
        def run(h):
            h.write(".editrc", text)
            h.env["EDITRC"] = h.path(".editrc")
            h.be_nobody()  # with elevated rights EDITRC is not read
            kb = h.path("demo-kb") if h.uid is not None else DEMO
            s = Screen(h, "--kb", kb, "--no-checks")
            try:
                f(h, s)
            finally:
                s.close()
        run.__name__ = f.__name__
        return test(run)
    return wrap


@with_editrc("bind -v\n")
def vi_keys(h, s):
    s.wait(FIND)
    s.type("0x19")
    s.keys("Escape")
    time.sleep(0.1)
    s.type("r1")
    s.wait(r"words> 0x11$")
    s.keys("Enter")
    s.wait(ASK)
    s.keys("Escape")
    time.sleep(0.1)
    s.paste("Something.\nError code: 0x11\n", True)
    s.wait("looking at already")
    # v would start an editor on the line.
    s.keys("Escape")
    time.sleep(0.1)
    s.type("v")
    s.type("A")
    s.type("help back")
    s.keys("Enter")
    s.wait("take back your last answer")


@with_editrc("edit off\n")
def editing_switched_off(h, s):
    s.wait(FIND)
    s.line("0x11")
    s.wait(ASK)
    s.line("quit")
    s.wait(r"SHELL\$$")


def test_term(name, value):
    @on_screen(env={"TERM": value})
    def run(h, s):
        s.wait(FIND)
        s.type("0x1x")
        s.keys("BSpace")
        s.line("1")
        text = s.wait(ASK)
        check("erminal" not in text.split("'--no-checks'")[1], text)
        s.line("quit")
        s.wait(r"SHELL\$$")
    run.__name__ = name


test_term("dumb_terminal", "dumb")
test_term("unknown_terminal", "no-such-terminal")


@on_screen(env={"LC_ALL": "C", "LANG": "C"})
def plain_locale_keeps_other_letters(h, s):
    s.wait(FIND)
    s.line("demo 證明書 gone")
    s.wait(r"words>$|" + ASK)
    s.line("quit")
    s.wait(r"SHELL\$$")
    path = h.path("state/troubleshoot/history")
    check("demo 證明書 gone" in open(path, encoding="utf-8").read(), open(path, "rb").read())


@test
def signals_for_us_do_not_reach_the_shell(h):
    s = Screen(h, "-c", "trap \"echo PARENT GOT TERM\" TERM; trap \"echo PARENT GOT WINCH\" WINCH; \"$0\" \"$@\"; echo over $?", h.program,
               "--kb", DEMO, "--no-checks", program="sh")
    try:
        s.wait(FIND)
        shell = s.pid()
        ours = int(subprocess.run(["pgrep", "-P", str(shell)], stdout=subprocess.PIPE).stdout.split()[0])
        s.type("half")
        s.wait("words> half$")
        os.kill(ours, signal.SIGWINCH)
        s.type(" more")
        s.wait(r"words> half more$")
        os.kill(ours, signal.SIGTERM)
        text = s.wait("over 143")
        check("\nPARENT GOT" not in text, text)
        s.line("stty -a | grep -c ' icanon'")
        s.wait(r"\n1\nSHELL\$$")
    finally:
        s.close()


@on_screen()
def wide_letters_and_history(h, s):
    s.wait(FIND)
    s.type("證明 demo gone")
    s.keys("Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "Left", "BSpace")
    s.type("書")
    s.wait(r"words> 證書 demo gone$")
    s.keys("Enter")
    s.wait(r"words>$|" + ASK)
    s.line("quit")
    s.wait(r"SHELL\$$")


@on_screen()
def search_backwards(h, s):
    s.wait(FIND)
    s.line("0x11")
    s.wait(ASK)
    s.line("quit")
    s.wait(r"SHELL\$$")
    s.line("'%s' --kb '%s' --no-checks --no-session" % (h.program, DEMO))
    s.wait(FIND)
    s.line("quit")
    s.wait(r"SHELL\$$")
    s.line("'%s' --kb '%s' --no-checks" % (h.program, DEMO))
    s.wait(r"1-3, or a new error>$")
    s.line("2")
    s.wait(FIND)
    s.keys("C-r")
    s.type("x1")
    s.wait(r"0x11")
    s.keys("Enter", "Enter")
    s.wait(ASK)


main()
