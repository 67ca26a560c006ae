"""Chat in Python: asyncio streams, all clients on one event loop, a dictionary of the members.

It needs no lock: no other task runs between two awaits, so a line reaches all members in one order.
Read next: chat-pthread.c.
"""

import asyncio

MAX_TRIES = 3

clients = {}


def broadcast(line, sender=None):
    for name, writer in clients.items():
        if name != sender:
            writer.write(line)


async def join(reader, writer):
    for _ in range(MAX_TRIES):
        name = (await reader.readline()).strip()
        if name and name not in clients:
            clients[name] = writer
            writer.write(b"Welcome " + name + b"\n")
            broadcast(b"* %b joined (%d here)\n" % (name, len(clients)), name)
            return name
        error = name + b" is taken" if name else b"an identification must not be empty"
        writer.write(b"ERR " + error + b"\nWho are you?\n")
    return None


async def chat(reader, writer):
    name = None
    try:
        writer.write(b"Hello, this is the chat.\nWho are you?\n")
        name = await join(reader, writer)
        while name and (line := await reader.readline()):
            broadcast(name + b": " + line, name)
    except ConnectionError:
        pass  # The client left by a reset.
    finally:
        if name:
            del clients[name]
            broadcast(b"* " + name + b" left\n")
        writer.close()


async def main():
    server = await asyncio.start_server(chat, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
