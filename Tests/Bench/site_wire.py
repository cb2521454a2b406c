"""HTTP by hand."""
import re
import socket


class Wire:
    """HTTP by hand on one kept connection: the client must not be what is measured."""

    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, path, cookie="", body="", source="127.0.0.1"):
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {source}\r\nCookie: {cookie}\r\n"
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        self.connection.sendall((head + "\r\n" + body).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = self.connection.recv(65536)
            assert piece
            answer += piece
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
        while len(rest) < length:
            rest += self.connection.recv(65536)
        return head.decode(), rest
