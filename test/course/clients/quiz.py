"""Document 002, task 5.1: a client that follows its steps, and always answers A. The port, the name and the number of
questions are arguments."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))
server = s.makefile("r", encoding="utf-8", newline="\n")

# Clients connect to the server and starts a quiz game (sends her name and the number of questions)
s.sendall(("GUEST " + sys.argv[2] + "\nPLAY " + sys.argv[3] + "\n").encode())
for line in server:
    print(line, end="", flush=True)
    # The server sends a multiple-choice question; the client answers the questions
    if line.startswith("D "):
        s.sendall(b"A\n")
    # At the end the server reports the points; BONUS: the rank
    if line.startswith("RANK "):
        break
s.close()
