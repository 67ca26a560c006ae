"""Chat in Python: asyncio streams, every client on one event loop, a dictionary of the clients.

No lock: between two awaits nobody else runs, so what is said goes to everybody at once and in one order.
Read next: chat-pthread.c.
"""

import asyncio

MOST_TRIES = 3

clients = {}


def tell(line, sender=None):
    for name, writer in clients.items():
        if name != sender:
            writer.write(line)


async def join(reader, writer):
    for _ in range(MOST_TRIES):
        name = (await reader.readline()).strip()
        if name and name not in clients:
            clients[name] = writer
            writer.write(b"Welcome " + name + b"\n")
            tell(b"* %b joined (%d here)\n" % (name, len(clients)), name)
            return name
        fault = name + b" is taken" if name else b"an identification must not be empty"
        writer.write(b"ERR " + fault + b"\nWho are you?\n")
    return None


async def chat(reader, writer):
    name = None
    try:
        writer.write(b"Hello, this is the chat.\nWho are you?\n")
        name = await join(reader, writer)
        while name and (line := await reader.readline()):
            tell(name + b": " + line, name)
    except ConnectionError:
        pass  # Reset by the client, which is one way to leave.
    finally:
        if name:
            del clients[name]
            tell(b"* " + name + b" left\n")
        writer.close()


async def main():
    server = await asyncio.start_server(chat, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
