"""Echo server in Python: asyncio streams, all clients on one event loop.

It is Python's counterpart of our event-loop model. asyncio sets TCP_NODELAY by itself.
Read next: bare-net.ts, the same in Node.
"""

import asyncio


async def echo(reader, writer):
    try:
        while message := await reader.read(65536):
            writer.write(message)
            await writer.drain()
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
