"""Echo server in Python: socketserver.TCPServer, one client at a time.

It stands for the courses' first server: everybody else waits in the kernel's queue until the client being
served closes. Set against our iterative model it shows what the language costs, not what the model does.
Unlike the documents' handler it answers until end of stream rather than once.
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
