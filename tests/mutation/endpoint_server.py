"""A real HTTP server that plays endpoints: good ones, and every kind of bad one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Play = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; ``asked`` is its JSON, ``number`` its place among all requests, from 0."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.asked = json.loads(self.rfile.read(length))
        with self.server.lock:
            self.number = len(self.server.requests)
            self.server.requests.append((self.path, dict(self.headers), self.asked))
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            self.server.play(self)
        except OSError:
            self.server.broken_off += 1  # the client has gone
        finally:
            with self.server.lock:
                self.server.at_once -= 1

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, play: Play):
        super().__init__(("127.0.0.1", 0), Handler)
        self.play, self.lock, self.over = play, threading.Lock(), threading.Event()
        self.requests: list[tuple[str, dict, dict]] = []
        self.at_once = self.most_at_once = self.broken_off = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextmanager
def serving(play: Play) -> Iterator[Server]:
    """Run a server for the length of a test."""
    server = Server(play)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def reply(text, *, finish: str = "stop", chat: bool = True, **more) -> bytes:
    """Return the body of a completion."""
    choice = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    usage = {"prompt_tokens": 200, "completion_tokens": 50}
    return json.dumps(
        {"choices": [{**choice, "finish_reason": finish}], "usage": usage, **more}
    ).encode()


def answers(text, **options) -> Play:
    """Answer every question with the same text."""
    return lambda handler: handler.send(reply(text, **options))


def says(body: bytes, status: int = 200, **headers: str) -> Play:
    """Send the same body every time."""
    return lambda handler: handler.send(body, status, **headers)


def hangs(handler: Handler) -> None:
    """Take the question and never answer."""
    handler.server.over.wait(30)


def closes(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def breaks_off(handler: Handler) -> None:
    """Close the connection in the middle of the body."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def drips(handler: Handler) -> None:
    """Send a byte every now and then, in time for any time-out between two bytes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def drips_headers(handler: Handler) -> None:
    """Never come to the end of the headers."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def floods(handler: Handler) -> None:
    """Send 10 MB."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10_000_000))
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b"x" * 10_000)


def in_turn(*plays: Play) -> Play:
    """Play one after the other; the last one stays."""
    return lambda handler: plays[min(handler.number, len(plays) - 1)](handler)
