"""Echo server in Python: socketserver.TCPServer, one client at a time.

It is the courses' first server: other clients wait in the kernel's queue until the served client
closes. Compared with our iterative model, it shows what the language costs, not the model. Unlike
the handler in the courses' documents, it echoes until the end of the stream, not once.
Read next: echo_threading.py, where one class name makes it concurrent.
"""

from socket import IPPROTO_TCP, TCP_NODELAY
from socketserver import BaseRequestHandler, TCPServer


class EchoHandler(BaseRequestHandler):
    def setup(self):
        self.request.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def handle(self):
        while message := self.request.recv(65536):
            self.request.sendall(message)


class EchoServer(TCPServer):
    request_queue_size = 4096


with EchoServer(("127.0.0.1", 0), EchoHandler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
