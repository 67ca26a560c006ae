"""Document 002, task 5.2: a client that follows its steps, and guesses letters in alphabetical order. The port is an
argument."""
import socket
import string
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))
server = s.makefile("r", encoding="utf-8", newline="\n")

# Clients connect to the server and request for a game
s.sendall(b"PLAY\n")
# The server responds with meta-data about the word to guess (length)
line = server.readline()
while not line.startswith("WORD "):
    line = server.readline()
print(line, end="")
for letter in string.ascii_lowercase:
    # The client guesses a character
    s.sendall((letter + "\n").encode())
    # The server responds with the position of the character in the word (if present)
    line = server.readline()
    while line and not line.startswith(("AT ", "MISS ", "WON ", "LOST ", "ERR ")):
        line = server.readline()
    print(line, end="")
    # The server responds with "end" of game signal
    if not line or line.startswith(("WON ", "LOST ")):
        break
s.close()
