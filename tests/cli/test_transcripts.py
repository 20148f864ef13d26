"""tests/cli/test_transcripts.py - three whole sessions as a person sees them, compared with tests/golden/transcripts; TS_ACCEPT=1 rewrites those."""
import os
import re
import signal
import socket
import sqlite3

from harness import DEMO, ROOT, Terminal, check, main, test
from net import free_port, listener

GOLDEN = os.path.join(ROOT, "tests/golden/transcripts")
DUMB = {"TERM": "dumb"}
PROMPT = r"> $"


def tidy(text, port):
    text = text.replace("\r\n", "\n").replace("\r", "").replace(str(port), "PORT")
    text = re.sub(r"\((under 1 ms|[0-9.]+ m?s)\)", "(TIME)", text)
    # How long a check took decides whether its evidence still fits on the line.
    text = re.sub(r"\n {9}(?=\S.*\(TIME\)$)", "  ", text, flags=re.M)
    return re.sub(r"[ \t]+\n", "\n", text)


def compare(name, text):
    path = os.path.join(GOLDEN, name + ".txt")
    if os.environ.get("TS_ACCEPT") == "1":
        os.makedirs(GOLDEN, exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    with open(path, encoding="utf-8") as f:
        want = tidy(f.read(), "PORT")
    if want != text:
        import difflib
        check(False, "".join(difflib.unified_diff(want.splitlines(True), text.splitlines(True), "golden", "now")))


def session(h, lines, *args, kill=False):
    """What stands on the screen after these lines."""
    t = Terminal(h, *args, "--kb", DEMO, env=DUMB)
    screen = ""
    for line in lines:
        m_text = wait(t)
        screen += m_text
        if callable(line):
            line = line()
        t.send(line + "\n")
    if kill:
        screen += wait(t)
        os.kill(t.pid, signal.SIGKILL)
        os.waitpid(t.pid, 0)
        t.status = -9
        os.close(t.fd)
        return screen + "\n"
    t.wait()
    screen += t.text
    t.close()
    return screen


def wait(t):
    """Everything up to the next prompt."""
    end = re.compile(PROMPT)
    for _ in range(200):
        if end.search(t.text):
            break
        t.read(0.1)
    check(end.search(t.text), t.text)
    t.read(0.05)
    text, t.text = t.text, ""
    return text


def serve(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(4)
    return s


@test
def solved(h):
    port = free_port()
    servers = []

    def repaired():
        servers.append(serve(port))
        return "done"
    text = session(h, ["the demo server is gone", "127.0.0.1", "why", "next", "next", "done", repaired, "status", "quit"], "--set=port=%d" % port)
    servers[0].close()
    compare("solved", tidy(text, port))


@test
def restart_and_resume(h):
    port = free_port()
    text = session(h, ["next", "next"], "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, kill=True)
    with sqlite3.connect(h.path("state/troubleshoot/sessions.db")) as c:
        c.execute("UPDATE session SET boot = 'another boot'")
    s = serve(port)
    text += "\n--- the computer is restarted ---\n\n" + session(h, ["1", "sessions", "quit"])
    s.close()
    compare("restart", tidy(text, port))


@test
def from_a_pipe(h):
    s, port = listener()
    r = h.demo("--port=%d" % port, stdin="Error code: 0x11\n127.0.0.1\none\nback\neverybdy\neverybody\nstatus\nnext\nquit\n")
    s.close()
    check(r.status == 7, r)
    compare("pipe", tidy(r.out, port))


main()
