"""Document 000, exercise 1.1: sends messages to the capitalizing server. The port is an argument; the rest is the calls
that the exercise lists."""
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", int(sys.argv[1])))
for message in sys.argv[2:]:
    sock.send(message.encode())
    print(sock.recv(1024).decode())
sock.close()
