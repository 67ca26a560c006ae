"""Document 002, run functions as threads: two clients of the counting function, each in a thread. The port is an
argument; the names are sent without a newline."""
import socket
import sys
import threading


def countClient (name):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.connect(("localhost", int(sys.argv[1])))
    s.sendall(name.encode())
    received = ""
    while received.count("\n") <= 10:
        received += s.recv(1024).decode()
    print(received, end="", flush=True)
    s.close()


t1 = threading.Thread(target=countClient, args=("A",))
t2 = threading.Thread(target=countClient, args=("B",))
t1.start()
t2.start()
