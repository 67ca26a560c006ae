"""Echo server in Python: socketserver.ThreadingTCPServer, one thread per client.

It is the courses' last server, and the target for our thread-per-client. Its threads block in recv
like ours, but they share one interpreter lock.
Read next: echo_asyncio.py, the same service on Python's event loop.
"""

from socket import IPPROTO_TCP, TCP_NODELAY
from socketserver import BaseRequestHandler, ThreadingTCPServer


class EchoHandler(BaseRequestHandler):
    def setup(self):
        self.request.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def handle(self):
        while message := self.request.recv(65536):
            self.request.sendall(message)


class EchoServer(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 4096


with EchoServer(("127.0.0.1", 0), EchoHandler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
