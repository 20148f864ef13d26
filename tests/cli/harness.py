"""tests/cli/harness.py - runs the program as a person would, with time, locale, folders and environment pinned."""
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import fcntl

PROGRAM = os.environ["TS_PROGRAM"]
# A program for another system runs through this one (cross/wine-run); its absolute paths begin with a drive.
WRAPPER = shlex.split(os.environ.get("TS_WRAPPER", ""))
DRIVE = "Z:" if WRAPPER else ""
ROOT = os.environ["TS_SOURCE_ROOT"]
DEMO = os.path.join(ROOT, "tests/cli/kb")
SHIPPED = os.environ.get("TS_KB_DB", "")
QUIET = 0.02  # seconds in which nothing more comes after a prompt
SGR = re.compile(r"\x1b\[[0-9;]*m")

passed = failed = skipped = 0
tests = []


def test(f):
    tests.append(f)
    return f


class Skip(Exception):
    """This test cannot run here; the message says why."""


class Home:
    """A home of its own for each test, removed at its end."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="ts-cli-")
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.dir, "LC_ALL": "C.UTF-8", "TZ": "UTC0", "TERM": "xterm",
            "XDG_CACHE_HOME": DRIVE + self.dir + "/cache", "XDG_STATE_HOME": DRIVE + self.dir + "/state",
            "XDG_DATA_HOME": DRIVE + self.dir + "/data",
            "SOURCE_DATE_EPOCH": "1795305600", "COLUMNS": "80",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "WINEPREFIX", "WINEDEBUG"):
            if name in os.environ:
                self.env[name] = os.environ[name]

        if WRAPPER:  # the folder of Wine is that of the person who runs the tests
            self.env.setdefault("WINEPREFIX", os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                                                           "troubleshoot/wine"))
        self.program, self.uid = PROGRAM, None

    def be_nobody(self):
        """From here on the program runs without elevated rights, from a copy that everybody may read."""
        if WRAPPER:
            raise Skip("under Wine every user is an administrator")
        if os.geteuid() != 0:
            return
        self.program, self.uid = self.path("troubleshoot"), 65534
        shutil.copy(PROGRAM, self.program)
        shutil.copytree(DEMO, self.path("demo-kb"))
        for folder, _, names in os.walk(self.dir):
            for name in [folder] + [os.path.join(folder, n) for n in names]:
                os.chown(name, self.uid, self.uid)

    def command(self, *args):
        return [*WRAPPER, self.program, *args]

    def drop(self):
        if self.uid is not None:
            os.setgroups([])
            os.setgid(self.uid)
            os.setuid(self.uid)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path

    def run(self, *args, stdin="", env=None, timeout=60, cwd=None, preexec=None):
        e = dict(self.env)
        e.update(env or {})
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        p = subprocess.run(self.command(*args), input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=e, timeout=timeout,
                           cwd=cwd or self.dir, preexec_fn=preexec or (self.drop if self.uid is not None else None))
        return Result(p.returncode, p.stdout, p.stderr)

    def demo(self, *args, **kw):
        return self.run(*args, "--kb", DEMO, **kw)

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Result:
    def __init__(self, status, out, err):
        self.status, self.out_bytes, self.err_bytes = status, out, err
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def __repr__(self):
        return "status %d\n--- stdout\n%s\n--- stderr\n%s" % (self.status, self.out[-4000:], self.err[-4000:])


class Terminal:
    """The program on a pseudo-terminal; what it prints is collected, what is typed is sent."""

    def __init__(self, home, *args, columns=80, rows=24, env=None):
        if WRAPPER:
            raise Skip("a console under Wine is not a terminal of POSIX")
        e = dict(home.env)
        e.pop("COLUMNS", None)
        e.update(env or {})
        e = {k: v for k, v in e.items() if v is not None}
        try:
            self.pid, self.fd = pty.fork()
        except OSError as why:
            raise Skip("no pseudo-terminal can be had here: %s" % why)
        if self.pid == 0:
            # Before the program starts, so that it sees the size from its first look.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(home.dir)
            home.drop()
            command = home.command(*args)
            os.execve(command[0], command, e)
        self.text = self.seen = ""
        self.status = None

    def some(self, seconds):
        """What comes next, waiting no longer than this for it; False: nothing came."""
        ready, _, _ = select.select([self.fd], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def read(self, seconds):
        """Whatever comes within this time; only for showing that something does not come."""
        end = time.monotonic() + seconds
        while self.some(end - time.monotonic()):
            pass

    def expect(self, pattern, seconds=60):
        """Wait until what came since the last expect matches; returns the match; what stood before is in seen
        from then on. A pattern that ends in $ matches only where nothing more comes."""
        end = time.monotonic() + seconds
        while True:
            m = re.search(pattern, self.text)
            if m and not (pattern.endswith("$") and self.some(QUIET)):
                self.seen, self.text = self.text[:m.end()], self.text[m.end():]
                return m
            if m:
                continue
            if time.monotonic() > end:
                raise AssertionError("waited for %r, saw %r" % (pattern, self.text[-2000:]))
            if not self.some(0.2) and self.poll() is not None:
                self.read(0.2)
                if not re.search(pattern, self.text):
                    raise AssertionError("ended (%s) while waiting for %r, saw %r" % (self.status, pattern, self.text[-2000:]))

    def send(self, text):
        os.write(self.fd, text.encode())

    def poll(self):
        if self.status is None:
            pid, st = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(st)
        return self.status

    def wait(self, seconds=60):
        end = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < end:
            if not self.some(0.1):
                time.sleep(0.005)  # its end of the terminal is closed already
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise AssertionError("it did not end; saw %r" % self.text[-2000:])
        self.read(0.1)
        return self.status

    def close(self):
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def check(cond, detail=""):
    if not cond:
        raise AssertionError(str(detail))


def main():
    global passed, failed, skipped
    wanted = sys.argv[1:]
    for t in tests:
        if wanted and t.__name__ not in wanted:
            continue
        home = Home()
        try:
            t(home)
            passed += 1
        except Skip as e:
            skipped += 1
            print("SKIP %s: %s" % (t.__name__, e))
        except Exception as e:  # a test that breaks is a test that fails
            failed += 1
            print("FAIL %s: %s: %s" % (t.__name__, type(e).__name__, e))
        finally:
            home.close()
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)
