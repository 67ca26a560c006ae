"""Document 001, exercise 1.1 (a), made Python 3: bytes are sent, print is a function. Host and port are arguments."""
import sys
from socket import *

s = socket(AF_INET, SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))
s.send(b"GET /index.html HTTP/1.0\r\n\r\n")
chunks = []
while True:
    chunk = s.recv(16384)
    if not chunk: break
    chunks.append(chunk)
s.close()
response = b"".join(chunks)
print(response.decode())
