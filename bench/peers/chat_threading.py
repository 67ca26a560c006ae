"""Chat in Python: socketserver.ThreadingTCPServer, one thread per client, a dictionary of the clients and a lock.

It stands for the courses' solution of exercise 1.2: whoever says something sends it to all others itself. The lock
keeps the dictionary whole and gives everybody the same order; it is held while sending, so a client that does not
read holds up the room.
Read next: chat_asyncio.py, the same on Python's event loop.
"""

from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Lock

MOST_TRIES = 3

clients = {}
lock = Lock()


def tell(line, sender=None):
    """Sends the line to everybody but its sender. The caller holds the lock."""
    for name, client in clients.items():
        if name == sender:
            continue
        try:
            client.sendall(line)
        except OSError:
            pass  # It has gone: its own thread will notice and take it out.


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
                    tell(name + b": " + line, name)
        except OSError:
            pass  # Reset by the client, which is one way to leave.
        finally:
            with lock:
                del clients[name]
                tell(b"* " + name + b" left\n")

    def join(self):
        for _ in range(MOST_TRIES):
            name = self.rfile.readline().strip()
            with lock:
                if name and name not in clients:
                    clients[name] = self.request
                    self.request.sendall(b"Welcome " + name + b"\n")
                    tell(b"* %b joined (%d here)\n" % (name, len(clients)), name)
                    return name
            fault = name + b" is taken" if name else b"an identification must not be empty"
            self.request.sendall(b"ERR " + fault + b"\nWho are you?\n")
        return None


class ChatServer(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 4096


with ChatServer(("127.0.0.1", 0), ChatHandler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
