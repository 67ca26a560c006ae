# Document 002, a "Hello-world" TCP client, as it stands but for the port and the last two lines.
import socket
import sys

# Connecting to a local server
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))

msg = b"Hi Server" # can also use .encode('utf-8')

s.send(msg)
message_from_server = s.recv(4096)

print(message_from_server)
print(s.recv(4096))
s.close()
