"""Open pages: streams of events that are read and thrown away.

`python -m tests.bench.pages PORT COUNT`

A process of its own, so that what it costs is not the hub's. Prints a line when all are open, and goes on until it is
ended.
"""

import asyncio
import base64
import sys

PERSON = "kari.moen:sambud"


async def follow(port: int, opened: asyncio.Semaphore) -> None:
    """One page's stream. Raises RuntimeError when it is refused or ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(PERSON.encode()).decode()
    writer.write(f"GET /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {key}\r\n\r\n".encode())
    if b"200 OK" not in (await reader.readuntil(b"\r\n\r\n")):
        raise RuntimeError("the stream was refused")
    opened.release()
    while await reader.read(65_536):
        pass
    raise RuntimeError("the stream ended")


async def main(port: int, count: int) -> None:
    """Keep so many streams open."""
    opened = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(follow(port, opened))
        for _ in range(count):
            await opened.acquire()
        print("open", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:3])))
