"""Document 001, exercise 1.2 (b) to (d), made Python 3. What the prompt echoes is printed. The port is an argument.

In the document a person at the server's prompt sends the goodbye; here the client's next message asks for it.
"""
import sys
from socket import *

s = socket(AF_INET, SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))
print(s.send(b"Hello World"))
resp = s.recv(1024)
print(resp)
print(s.send(b"Bye"))
print(s.recv(1024))
print(s.recv(1024))
