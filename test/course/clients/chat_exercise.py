"""Document 000, exercise 1.2, part 2, point by point. The port is an argument."""
import socket
import sys
import threading

# define the IP address and port on which the server will listen
HOST = "127.0.0.1"
PORT = int(sys.argv[1])

# ask for the client's identification
cid = input("Identification: ")

# create a socket on client side and connect to the server
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect((HOST, PORT))

# receive the identification request from the server and return the identification
print(sock.recv(1024).decode())
sock.send(cid.encode())

# accepts a welcome message
print(sock.recv(1024).decode(), flush=True)


# start the function receive () in a thread for handling messages from server in a loop
def receive():
    while True:
        msg = sock.recv(1024).decode()
        if not msg:
            break
        print(msg, flush=True)


new_thread = threading.Thread(target=receive, args=())
new_thread.start()

# enter a loop in which user is asked for a message and the message is send to the server
while True:
    try:
        msg = input()
    except EOFError:
        break
    sock.send(msg.encode())
sock.shutdown(socket.SHUT_RDWR)
new_thread.join()
