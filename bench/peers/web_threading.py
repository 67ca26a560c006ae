"""Web server in Python: http.server's ThreadingHTTPServer, one thread per client, serving a folder.

It is `python3 -m http.server` with what a load test needs: HTTP/1.1 for persistent connections, no
line on stderr per request, and TCP_NODELAY, because an answer in two segments could take 40 ms more.
The argument is the folder.
Read next: bare-http.ts.
"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 4096


with Server(("127.0.0.1", 0), partial(Handler, directory=sys.argv[1])) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
