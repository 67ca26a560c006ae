"""Document 002, processing client requests: a client of that server. The port and the formats are arguments."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))
for format in sys.argv[2:]:
    s.sendall(format.encode("utf-8"))
    print(s.recv(1024).decode("utf-8"))
s.close()
