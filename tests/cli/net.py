"""tests/cli/net.py - sockets on loopback for the whole-program tests."""
import socket


def listener(port=0):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(8)
    return s, s.getsockname()[1]


def free_port():
    s, port = listener()
    s.close()
    return port


def deaf_port():
    """A port whose queue is full: connecting to it hangs."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(0)
    keep = [s]
    for _ in range(8):
        c = socket.socket()
        c.setblocking(False)
        try:
            c.connect(s.getsockname())
        except BlockingIOError:
            pass
        keep.append(c)
    return keep, s.getsockname()[1]
