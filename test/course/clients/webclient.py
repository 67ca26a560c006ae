"""Document 003: the "program downloading and save a web-page", by hand over a socket. The port, the page and the file to
save it in are arguments."""
import sys
from socket import socket

s = socket()
s.connect(('localhost', int(sys.argv[1])))
s.send(("GET /" + sys.argv[2] + " HTTP/1.0\r\n\r\n").encode())
reply = b""
while True:
    piece = s.recv(1024)
    if not piece:
        break
    reply += piece
s.close()
header, page = reply.split(b"\r\n\r\n", 1)
with open(sys.argv[3], "wb") as output:
    output.write(page)
print(header.split(b"\r\n")[0].decode())
