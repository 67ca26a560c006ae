"""Chat in Python: socketserver.ThreadingTCPServer, one thread per client, a dictionary and a lock.

It is the courses' solution of exercise 1.2: the sender's thread sends a line to all other members.
The lock protects the dictionary and gives all members the same order. The thread holds it while
sending, so a client that does not read holds up the room.
Read next: chat_asyncio.py, the same on Python's event loop.
"""

from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Lock

MAX_TRIES = 3

clients = {}
lock = Lock()


def broadcast(line, sender=None):
    """Sends the line to all members but its sender. The caller holds the lock."""
    for name, client in clients.items():
        if name == sender:
            continue
        try:
            client.sendall(line)
        except OSError:
            pass  # The client has left. Its own thread removes it.


class ChatHandler(StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            self.request.sendall(b"Hello, this is the chat.\nWho are you?\n")
            name = self.join()
        except OSError:
            return
        if name is None:
            return
        try:
            for line in self.rfile:
                with lock:
                    broadcast(name + b": " + line, name)
        except OSError:
            pass  # The client left by a reset.
        finally:
            with lock:
                del clients[name]
                broadcast(b"* " + name + b" left\n")

    def join(self):
        for _ in range(MAX_TRIES):
            name = self.rfile.readline().strip()
            with lock:
                if name and name not in clients:
                    clients[name] = self.request
                    self.request.sendall(b"Welcome " + name + b"\n")
                    broadcast(b"* %b joined (%d here)\n" % (name, len(clients)), name)
                    return name
            error = name + b" is taken" if name else b"an identification must not be empty"
            self.request.sendall(b"ERR " + error + b"\nWho are you?\n")
        return None


class ChatServer(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 4096


with ChatServer(("127.0.0.1", 0), ChatHandler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
