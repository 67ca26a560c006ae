# Document 003, echo server - client, as it is typed into the shell but for the port; what the shell echoes is printed.
import sys
from socket import socket
echo = socket()
echo.connect( ('localhost', int(sys.argv[1])) )
message = "Hello, how are you?"
print(echo.send(message.encode()))

print(echo.recv(1024))

# try sending another message to the server and see what will you get as a response
try:
    echo.send(message.encode())
    print(echo.recv(1024))
except ConnectionError:
    print(b'')
