"""Senders that each wait for the answer before they send the next.

`python -m tests.bench.load PORT SENDERS COUNT SEED`

A process of its own, so that what it costs is not the hub's. Prints one JSON line: seconds, and the sorted
latencies in milliseconds.
"""

import asyncio
import json
import sys
import time

from tests.bench import messages

KEY = "sample-key-exchange"


async def send(port: int, queue: list[bytes], latencies: list[float]) -> None:
    """One sender on one connection, until the queue is empty. Raises RuntimeError when one is not accepted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        "POST /v1/messages HTTP/1.1\r\nHost: bench\r\nContent-Type: application/xml\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Length: "
    ).encode()
    while queue:
        body = queue.pop()
        begun = time.perf_counter()
        writer.write(head + str(len(body)).encode() + b"\r\n\r\n" + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        lower = answer.lower()
        length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        latencies.append((time.perf_counter() - begun) * 1000)
        if b"hub-outcome: accepted" not in lower:
            raise RuntimeError(answer.decode())
    writer.close()


async def main(port: int, senders: int, count: int, seed: int) -> None:
    """Send so many messages with so many senders at once."""
    queue = messages.make(count, seed)
    latencies: list[float] = []
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(senders):
            group.create_task(send(port, queue, latencies))
    print(json.dumps({"seconds": time.perf_counter() - begun, "latencies": sorted(latencies)}))


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:5])))
