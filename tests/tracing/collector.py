"""A server that takes what is sent over HTTP, after as many refusals as it is told."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Collector:
    """``bodies`` are what was taken, by path."""

    def __init__(self, refusals: int = 0) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        self.refusals = refusals
        self.url = ""
        self.headers: list[dict[str, str]] = []


@contextmanager
def collecting(refusals: int = 0) -> Iterator[Collector]:
    collector = Collector(refusals)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            if collector.refusals:
                collector.refusals -= 1
                self.send_response(503)
            else:
                collector.bodies.append((self.path, body))
                collector.headers.append(dict(self.headers))
                self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
