"""Document 003: the "program getting presize time", which only connects and reads. The port is an argument."""
import sys
from socket import socket

s = socket()
s.connect(('localhost', int(sys.argv[1])))
chunks = []
while True:
    chunk = s.recv(1024)
    if not chunk:
        break
    chunks.append(chunk)
s.close()
print(b"".join(chunks).decode(), end="")
