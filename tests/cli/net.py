"""tests/cli/net.py - sockets on loopback for the whole-program tests."""
import socket


def listener():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(8)
    return s, s.getsockname()[1]


def free_port():
    s, port = listener()
    s.close()
    return port
