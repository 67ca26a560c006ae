"""Document 002, task 5.3: a client that follows its steps. The port, the name and the moves are arguments."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("localhost", int(sys.argv[1])))
server = s.makefile("r", encoding="utf-8", newline="\n")
moves = sys.argv[3:]

# Client connects to server and sends its name
s.sendall((sys.argv[2] + "\n").encode())
for line in server:
    line = line.rstrip("\n")
    print(line, flush=True)
    # Server requests each player in turn - to make a move
    if line == "MOVE?":
        s.sendall((moves.pop(0) + "\n").encode())
    # Server sends "GameEnd" message
    if line.startswith("GameEnd"):
        break
s.close()
