"""Document 004: the client, step by step. The port is an argument; and where the document's writing thread waits for
input for ever, the end of the input ends it."""
import socket
import sys
import threading

nickname = input("Choose a nickname: ")

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(('127.0.0.1', int(sys.argv[1])))


def receive():
    while True:
        try:
            message = client.recv(1024).decode('ascii')
            if message == 'Hii':
                client.send(nickname.encode('ascii'))
            elif message == '':
                break
            else:
                print(message, flush=True)
        except OSError:
            print("An error occured!")
            client.close()
            break


def write():
    while True:
        try:
            message = '{}: {}'.format(nickname, input(''))
        except EOFError:
            client.shutdown(socket.SHUT_RDWR)
            break
        client.send(message.encode('ascii'))


receive_thread = threading.Thread(target=receive)
receive_thread.start()

write_thread = threading.Thread(target=write)
write_thread.start()
