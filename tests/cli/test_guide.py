"""tests/cli/test_guide.py - the guided session, from a pipe and on a pseudo-terminal."""
import os
import signal
import socket
import time

from harness import DEMO, SGR, Home, Skip, Terminal, check, main, test
from net import free_port, listener


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
    for word in ("One person alone means", "is none of the answers", "take back your last answer", "The profile is damaged", "1 answer taken back", "At most"):
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
    time.sleep(0.2)
    t.send("\x03")
    t.expect("Type quit to leave")
    t.expect("words> ")
    t.send("\x04")
    check(t.wait() == 0, t.text)
    t.close()


@test
def bracketed_paste_is_one_block(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("\x1b[200~Something can't work.\rError code: 0x11\rExtended error code: 0x1\r\x1b[201~")
    t.expect("The demo server went away")
    t.send("\x04")
    t.wait()
    t.close()


@test
def stop_and_continue_keeps_the_line(h):
    t = Terminal(h, "--kb", DEMO, "--no-checks")
    t.expect("words> ")
    t.send("0x1")
    time.sleep(0.3)
    os.kill(t.pid, signal.SIGWINCH)
    time.sleep(0.3)
    t.send("1\n")
    t.expect("The demo server went away")
    t.send("\x04")
    t.wait()
    t.close()


@test
def unknown_and_dumb_terminals(h):
    for term in ("dumb", "no-such-terminal", ""):
        t = Terminal(h, "--kb", DEMO, "--no-checks", env={"TERM": term})
        t.expect("words> ")
        t.send("0x11\n")
        t.expect("The demo server went away")
        t.send("quit\n")
        t.wait()
        t.close()


@test
def wrong_parameter_is_refused_in_words(h):
    r = h.demo("--code=0x11", "--guide", stdin="not a host!\n127.0.0.1\nquit\n")
    check("host" in r.out and r.status == 0, r)


main()
