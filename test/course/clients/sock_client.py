#CLIENT
# Document 001, exercise 1.3, as it stands but for the port, which is an argument.

import socket
import sys
HOST = 'localhost'
PORT = int(sys.argv[1])
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((HOST, PORT))

# s.sendall('Hello, world')
s.sendall("Hello, world".encode())

s.close()
