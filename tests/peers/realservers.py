"""tests/peers/realservers.py - starts xrdp and FreeRDP's shadow server from Debian's packages, each in namespaces of its own.

Nothing of the system's own services is touched: /run, /tmp, the process numbers and the host's name are the namespace's, and all processes of
a server end with it. The network is the one of the test, on a free port of loopback."""
import os
import shutil
import socket
import subprocess
import time

HOST_NAME = "realpeer"
LIFETIME_S = 120  # a forgotten server ends by itself
# $0 is the work folder, seen as /run/work inside; what follows is the server's command.
INSIDE = """
mount -t tmpfs none /run && mkdir -p /run/xrdp/sockdir /run/work /run/home && mount --bind "$0" /run/work && mount -t tmpfs none /tmp &&
mount -t proc proc /proc && echo %s >/proc/sys/kernel/hostname && cd /run/work || exit 99
exec timeout -s KILL %d "$@"
""" % (HOST_NAME, LIFETIME_S)
# The display's number comes from the port: X's sockets are also names of the network, which is not a namespace's own. Without -noreset the
# display is closed for a moment each time that its last client leaves, and FreeRDP opens it several times.
SHADOW = """
n=$(($1 % 25000 + 1000))
Xvfb ":$n" -screen 0 640x480x24 -nolisten tcp -noreset >/dev/null 2>&1 &
while ! [ -S "/tmp/.X11-unix/X$n" ]; do sleep 0.02; done
export HOME=/run/home DISPLAY=":$n"
winpr-hash -u tester -p Secret-1 -f sam >/run/sam
exec freerdp-shadow-cli /bind-address:127.0.0.1 "/port:$1" "/sec:$2" /sam-file:/run/sam
"""
XRDP_INI = """[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:{port}
crypt_level=high
{settings}
[Logging]
LogFile=/run/xrdp.log
LogLevel=INFO
EnableSyslog=false

[Xorg]
name=Xorg
lib=libxup.so
"""
# A server with a key or a protocol that OpenSSL's defaults turn down.
OLD_OPENSSL = """openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""


class Missing(Exception):
    """This server cannot run here; the message says why."""


class NotInstalled(Missing):
    pass


def namespaces():
    command = ["unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child"]
    return command if os.geteuid() == 0 else [*command, "--user", "--map-root-user"]


def need(*commands):
    for command in commands:
        if not shutil.which(command, path=os.environ.get("PATH", "") + ":/usr/sbin"):
            raise NotInstalled("%s is not installed (script/bootstrap --peers)" % command)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    """Asked of the kernel, so that the server sees no connection but those of the test."""
    with open("/proc/net/tcp") as f:
        return any(line.split()[1].endswith(":%04X" % port) and line.split()[3] == "0A" for line in f.readlines()[1:])


class Server:
    """with Server(work, command, port) as s: a server that listens; all its processes are gone behind the block."""

    def __init__(self, work, command, port, env=None):
        self.work, self.command, self.port, self.env = str(work), command, port, dict(os.environ, **(env or {}))

    def __enter__(self):
        self.env["PATH"] = self.env.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        with open(os.path.join(self.work, "server-%d.log" % self.port), "wb") as log:
            self.process = subprocess.Popen([*namespaces(), "sh", "-c", INSIDE, self.work, *self.command], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.env)
        end = time.monotonic() + 20
        while not listens(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                with open(log.name, errors="replace") as f:
                    said = f.read()[-400:].strip()
                if "Operation not permitted" in said or self.process.returncode == 99:
                    raise Missing("namespaces are not allowed here: " + said)
                raise AssertionError("%s does not listen: %s" % (self.command[0], said))
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        # unshare ignores TERM while it waits; its end takes the namespace's first process, and with it all others.
        self.process.kill()
        self.process.wait()
        end = time.monotonic() + 5
        while listens(self.port) and time.monotonic() < end:
            time.sleep(0.01)


def xrdp(work, settings, old_openssl=False, without=()):
    """xrdp with lines for [Globals]; `without`: capabilities that it must not have."""
    need("xrdp", "unshare", "setpriv")
    if not os.access("/etc/xrdp/rsakeys.ini", os.R_OK):
        raise Missing("xrdp's own keys, /etc/xrdp/rsakeys.ini, can be read by root alone")
    port = free_port()
    name = "xrdp-%d.ini" % port
    with open(os.path.join(work, name), "w") as f:
        f.write(XRDP_INI.format(port=port, settings="\n".join(settings)))
    with open(os.path.join(work, "old-openssl.cnf"), "w") as f:
        f.write(OLD_OPENSSL)
    command = ["xrdp", "-n", "-c", "/run/work/" + name]
    if without:
        lack = ",".join("-" + c for c in without)
        command = ["setpriv", "--bounding-set", lack, "--inh-caps", lack, *command]
    return Server(work, command, port, {"OPENSSL_CONF": "/run/work/old-openssl.cnf"} if old_openssl else None)


def shadow(work, security):
    need("freerdp-shadow-cli", "winpr-hash", "Xvfb", "unshare")
    port = free_port()
    return Server(work, ["sh", "-c", SHADOW, "shadow", str(port), security], port)


def version(*command):
    """The first line that the program says of itself; "" when it is not there."""
    try:
        p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
                           env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin"))
    except OSError:
        return ""
    return p.stdout.strip().splitlines()[0] if p.stdout.strip() else ""
