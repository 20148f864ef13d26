"""tests/cli/test_guide.py - the guided session, from a pipe and on a pseudo-terminal."""
import os
import signal
import socket
import time

from harness import DEMO, SGR, WRAPPER, Home, Skip, Terminal, check, main, test
from net import deaf_port, free_port, listener

PROMPT = r"> $"


def leave(t):
    """Ctrl-D, which counts only where a line is read."""
    t.expect(PROMPT)
    t.send("\x04")
    t.wait()
    t.close()


@test
def from_a_pipe_to_the_cause(h):
    port = free_port()
    r = h.demo("--port", str(port), stdin="the demo server is gone\n127.0.0.1\nnext\nnext\nnot solved\nquit\n")
    check(r.status == 0, r)
    for word in ("Which computer is the server?", "refused", "The demo service is stopped", "Confirmed", "sudo systemctl start demo", "A firewall drops the packets"):
        check(word in r.out, (word, r))
    check("\x1b" not in r.out, r)


@test
def questions_numbers_labels_back_why_status(h):
    s, port = listener()
    r = h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, stdin="why\nwhat\nhelp\n2\nback\none\nstatus\nwhy\nquit\n")
    s.close()
    check(r.status == 0, r)
    for word in ("One person alone means", "is none of the answers", "take back your last answer", "The profile is damaged", "Taken back", "No question is left"):
        check(word in r.out, (word, r))
    check(r.out.count("Does it fail for everybody?") >= 2, r)


@test
def i_do_not_know_goes_on(h):
    s, port = listener()
    r = h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, stdin="4\nnot solved\nnot solved\nquit\n")
    s.close()
    check("The profile is damaged" in r.out and "firewall" in r.out, r)


@test
def fix_is_verified_by_its_check(h):
    port = free_port()
    t = Terminal(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, "--kb", DEMO)
    t.expect("The demo service is stopped")
    t.expect("done, not solved, help> ")
    t.send("done\n")
    t.expect("still there")
    t.expect("> ")
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(1)
    t.send("done\n")
    t.expect("It has gone")
    t.expect("Solved")
    s.close()
    t.expect("> ")
    t.send("export out.md\n")
    t.expect("out.md")
    t.expect("> ")
    t.send("quit\n")
    check(t.wait() == 0, t.text)
    t.close()
    check("The demo service is stopped" in open(h.path("out.md")).read(), "export")


@test
def copy_is_the_command_alone(h):
    port = free_port()
    r = h.demo("--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, stdin="copy 2\nquit\n")
    check("\nss -ltn 'sport = :%d'\n" % port in r.out, r)


@test
def terminal_keys(h):
    t = Terminal(h, "--kb", DEMO)
    t.expect("words> ")
    t.send("hel\t\n")
    t.expect("take back your last answer")
    t.expect("words> ")
    t.send("half a li")
    t.expect("half a li")
    t.send("\x03")
    t.expect(r"\^C")
    t.expect("words> ")
    time.sleep(1.2)
    t.send("\x03")
    t.expect("Type quit to leave")
    t.expect("words> ")
    t.send("\x04")
    check(t.wait() == 0, t.text)
    t.close()


@test
def tab_completes(h):
    h.write("my report.md", "")
    h.write("folder/inner.md", "")
    t = Terminal(h, "--kb", DEMO, "--no-checks")

    def tab(typed, seen):
        t.send(typed + "\t\x0c")  # and the line is drawn again
        t.expect("> " + seen if "  " not in seen else seen)
        t.send("\x15\x0c")
        t.expect(PROMPT)
    t.expect("words> $")
    tab("hel", "help ")
    tab("0x11", r"0x11  0x11/0x1\r\n")
    tab("demoS", "demoServerGone ")
    tab("DEMO/", "demo/server-gone ")
    tab("show d", "show demo/server-gone ")
    tab("list d", "list demo ")
    tab("help sea", "help search ")
    t.send("0x11\n")
    t.expect("help> $")
    tab("someth", "something else ")
    tab("I do n", "I do not know ")
    tab("export my", "export my report.md ")
    tab("export my rep", "export my report.md ")
    tab("export fol", "export folder/$")
    tab("export folder/", "export folder/inner.md ")
    tab("why does-i", "why does-it-fail-for-everybody ")
    tab("set h", "set host ")
    tab("set ranking ", "entry  outcomes")
    t.send("Something else\n")
    t.expect("A firewall drops the packets")
    t.expect(PROMPT)
    tab("not", "not solved ")
    t.text = "> "
    leave(t)


@test
def bracketed_paste_is_one_block(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("\x1b[200~Something can't work.\rError code: 0x11\rExtended error code: 0x1\r\x1b[201~")
    t.expect("The demo server went away")
    leave(t)


@test
def stop_and_continue_keeps_the_line(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("0x1")
    t.expect("0x1")
    os.kill(t.pid, signal.SIGWINCH)
    t.expect("words> .*0x1")  # drawn again
    t.send("1\n")
    t.expect("The demo server went away")
    leave(t)


@test
def unknown_and_dumb_terminals(h):
    for term in ("dumb", "no-such-terminal", ""):
        t = Terminal(h, "--kb", DEMO, "--no-checks", "--no-session", env={"TERM": term})
        t.expect("words> ")
        check("\x1b" not in t.text and "erminal" not in t.text, (term, t.text))
        t.send("0x11\n")
        t.expect("The demo server went away")
        t.send("quit\n")
        t.wait()
        t.close()


@test
def unbracketed_paste_is_one_block(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("Something can't work today.\rError code: 0x11\rExtended error code: 0x1\r")
    t.expect("The demo server went away")
    t.expect(PROMPT)
    t.read(0.5)
    check(t.text == "" and "none of the answers" not in t.seen, (t.seen, t.text))
    t.text = "> "
    leave(t)


@test
def answers_typed_ahead_stay_answers(h):
    s, port = listener()
    t = Terminal(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, "--kb", DEMO)
    t.expect("help> ")
    t.send("2\nnext\nquit\n")
    t.expect("Rename the profile")
    check(t.wait() == 0, t.text)
    t.close()
    s.close()


@test
def a_stopped_program_comes_back_with_its_line(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("0x1")
    t.expect("0x1")
    os.kill(t.pid, signal.SIGTSTP)
    t.expect("words> .*0x1")  # without a shell above it the system lets nothing stop; the way out and back is gone all the same
    os.kill(t.pid, signal.SIGCONT)
    t.send("1\n")
    t.expect("The demo server went away")
    leave(t)


@test
def a_signal_for_us_is_not_passed_on(h):
    if WRAPPER:
        raise Skip("Windows has no signals")
    import subprocess
    import pty
    # A parent that says when it gets a signal, and waits for its child.
    main_fd, sub_fd = pty.openpty()
    import harness
    p = subprocess.Popen(["sh", "-mc", 'trap "echo PARENT GOT TERM" TERM; trap "echo PARENT GOT WINCH" WINCH; "$@"; echo over $?', "sh",
                          harness.PROGRAM, "--kb", DEMO, "--no-checks"], stdin=sub_fd, stdout=sub_fd, stderr=sub_fd, env=h.env,
                         cwd=h.dir, start_new_session=True, preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
    os.close(sub_fd)
    text, end = "", time.monotonic() + 20
    sent = 0
    os.set_blocking(main_fd, False)
    while "over" not in text and time.monotonic() < end:
        time.sleep(0.05)
        try:
            text += os.read(main_fd, 65536).decode("utf-8", "replace")
        except (BlockingIOError, OSError):
            pass
        if "words> " in text and sent < 2:
            time.sleep(0.3)
            child = int(subprocess.run(["pgrep", "-P", str(p.pid)], stdout=subprocess.PIPE).stdout.split()[0])
            os.kill(child, signal.SIGWINCH if sent == 0 else signal.SIGTERM)
            sent += 1
    p.wait(5)
    os.close(main_fd)
    check("over 143" in text and "PARENT GOT" not in text, text)


@test
def other_letters_survive_a_plain_locale(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks", env={"LC_ALL": "C"})
    t.expect("words> ")
    t.send("demo \u8b49\u660e\n")
    leave(t)
    path = h.path("state/troubleshoot/history")
    if os.path.exists(path):
        check("demo \u8b49\u660e" in open(path, encoding="utf-8").read())
    r = h.demo("--no-session", stdin="demo server \u8b49 gone\nquit\n", env={"LC_ALL": "C"})
    check(r.status == 0, r)


@test
def history_keeps_errors_not_answers(h):
    s, port = listener()
    h.write("state/troubleshoot/history", "demo gone\n")
    t = Terminal(h, "--kb", DEMO)
    t.expect("words> ")
    t.send("\x12gone\r\r")
    t.expect("Which computer")
    t.send("127.0.0.1\n")
    t.expect("skip> |help> ")
    t.send("quit\n")
    t.wait()
    t.close()
    s.close()
    text = open(h.path("state/troubleshoot/history")).read()
    check("127.0.0.1" not in text and "quit" not in text, text)


@test
def ctrl_c_twice_leaves_and_keeps(h):
    s, port = listener()
    t = Terminal(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, "--kb", DEMO)
    t.expect("help> ")
    t.read(0.2)
    t.send("\x03")
    t.expect("session is kept")
    t.expect("help> ")
    t.send("\x03")
    t.expect("Left")
    check(t.wait() == 130, t.status)
    t.close()
    s.close()
    check("open" in h.demo("sessions").out)


@test
def ctrl_c_during_a_check_skips_it(h):
    keep, port = deaf_port()
    t = Terminal(h, "--code=0x11", "--guide", "--host=127.0.0.1", "--port=%d" % port, "--kb", DEMO)
    t.expect("checking: Does the server accept connections")
    t.send("typed meanwhile")
    time.sleep(0.3)
    t.send("\x03")
    t.expect("cancelled|skipped|skip", 8)
    t.expect("> ")
    t.send("\x03")
    t.read(1.3)
    t.send("quit\n")
    t.wait()
    t.close()
    for c in keep:
        c.close()


@test
def waiting_is_said_every_ten_seconds(h):
    for name in os.listdir(os.path.join(DEMO, "demo")):
        if not name.endswith(".test.yaml"):
            with open(os.path.join(DEMO, "demo", name), encoding="utf-8") as f:
                text = f.read()
            h.write("kb/demo/" + name, text.replace("SELECT state AS answer, address", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)\n"
                                                    "SELECT (SELECT count(*) FROM c) AS answer, address"))
    r = h.run("--code=0x11", "--host=127.0.0.1", "--port=9", "--timeout=11", "--kb", h.path("kb"))
    check(r.err.count("still waiting, 10 s: Does the server accept connections? (Ctrl-C skips it)") == 1, r)
    check("\r" not in r.err and "still waiting" not in r.out, r)


@test
def accessible_mode_rewrites_nothing(h):
    keep, port = deaf_port()
    t = Terminal(h, "--code=0x11", "--guide", "--accessible", "--host=127.0.0.1", "--port=%d" % port, "--timeout=2", "--kb", DEMO)
    t.expect("Accessible mode is on")
    t.expect("> ")
    check("\r\x1b[K" not in t.text, t.text)
    t.send("quit\n")
    t.wait()
    t.close()
    for c in keep:
        c.close()


@test
def resize_keeps_the_line(h):
    import fcntl
    import struct
    import termios
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("0x")
    t.expect("0x")
    for columns in (40, 100, 80):
        fcntl.ioctl(t.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        t.expect("words> .*0x")
    t.send("11\n")
    t.expect("The demo server went away")
    leave(t)


@test
def vi_keys(h):
    h.write(".editrc", "bind -v\n")
    t = Terminal(h, "--kb", DEMO, "--no-checks", env={"EDITRC": h.path(".editrc")})
    t.expect("words> ")
    # With elevated rights EDITRC is not read, and the usual keys are in force.
    t.send("0x11\n" if os.geteuid() == 0 else "0x19\x1br1\n")
    t.expect("The demo server went away")
    leave(t)


@test
def wrong_parameter_is_refused_in_words(h):
    r = h.demo("--code=0x11", "--guide", stdin="not a host!\n127.0.0.1\nquit\n")
    check("host" in r.out and r.status == 0, r)


main()
