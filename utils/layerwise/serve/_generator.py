"""The process that sends requests: `layerwise.serve.load` starts it as ``python -m layerwise.serve._generator``.

It reads one line, the job, and writes one line for each request when that is over. It leaves when its input closes.
"""

import asyncio
import gc
import json
import os
import sys
import threading
import time

from layerwise.serve._client import Client, Garbage

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are kept."""


def main():
    """Read the job, send its requests, write a line for each."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_follow, daemon=True).start()
    bodies = [_bytes(payload) for payload in job["payloads"]]
    gc.disable()  # the process ends soon; a collection would look like a slow service
    asyncio.run(_open(job, bodies) if "due" in job else _closed(job, bodies))
    sys.stdout.flush()
    os._exit(0)  # the thread that reads the pipe cannot be woken


def _follow():
    while sys.stdin.readline():
        pass
    os._exit(0)


def _bytes(payload):
    if payload is None:
        return None
    return bytes.fromhex(payload["hex"]) if "hex" in payload else payload["text"].encode()


async def _open(job, bodies):
    client = Client(job["url"], job["headers"])
    start = time.perf_counter() + 0.02
    tasks = []
    for number, due in enumerate(job["due"]):
        delay = start + due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.ensure_future(_one(client, job, bodies, number % len(bodies), start, due)))
    await asyncio.gather(*tasks)


async def _closed(job, bodies):
    client = Client(job["url"], job["headers"])
    start = time.perf_counter()
    numbers = iter(range(job["count"]))

    async def again():
        for number in numbers:
            if time.perf_counter() - start > job["seconds"]:
                return
            await _one(client, job, bodies, number % len(bodies), start, time.perf_counter() - start)

    await asyncio.gather(*(again() for _ in range(job["clients"])))


async def _one(client, job, bodies, which, start, due):
    """Send one request, and write down how it went."""
    sent = time.perf_counter() - start
    status, answer = 0, None
    try:
        async with asyncio.timeout(job["timeout"]):
            status, headers, body = await client.send(bodies[which])
            outcome, answer = _read(status, headers, body)
    except Exception as error:  # whatever a service does is a result, and the others' results stay
        outcome = _name(error)
    answered = time.perf_counter() - start
    row = [which, round(due, 6), round(sent, 6), round(answered, 6), status, outcome, answer]
    print(json.dumps(row), flush=True)


def _read(status, headers, body):
    """Return an answer's outcome, and what it says where that is JSON."""
    answer = None
    if "json" in headers.get("content-type", "") and len(body) <= LONGEST_ANSWER:
        try:
            answer = json.loads(body)
        except ValueError:
            return "garbage", None
    if status in (429, 503):
        return "busy", answer
    if 200 <= status < 300:
        return "answered", answer
    return ("failed" if status >= 500 else "refused"), answer


def _name(error):
    if isinstance(error, TimeoutError):
        return "slow"
    return "garbage" if isinstance(error, Garbage) else "lost"


if __name__ == "__main__":
    main()
