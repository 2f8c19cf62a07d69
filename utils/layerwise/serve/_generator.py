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

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are kept."""


def main():
    """Read the job, send its requests, write a line for each."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_follow, daemon=True).start()
    bodies = [_bytes(payload) for payload in job["payloads"]]
    gc.disable()  # the process ends soon; a collection would look like a slow service
    asyncio.run(_open(job, bodies) if "due" in job else _closed(job, bodies))


def _follow():
    while sys.stdin.readline():
        pass
    os._exit(0)


def _bytes(payload):
    if payload is None:
        return None
    return bytes.fromhex(payload["hex"]) if "hex" in payload else payload["text"].encode()


def _client(job):
    import httpx

    limits = httpx.Limits(max_connections=400, max_keepalive_connections=400)
    headers = {"content-type": "application/json", **job["headers"]}
    return httpx.AsyncClient(
        headers=headers, limits=limits, timeout=httpx.Timeout(job["timeout"]), trust_env=False, follow_redirects=False
    )


async def _open(job, bodies):
    async with _client(job) as client:
        start = time.perf_counter() + 0.02
        tasks = []
        for number, due in enumerate(job["due"]):
            delay = start + due - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            tasks.append(asyncio.ensure_future(_one(client, job, bodies, number % len(bodies), start, due)))
        await asyncio.gather(*tasks)


async def _closed(job, bodies):
    async with _client(job) as client:
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
            if bodies[which] is None:
                reply = await client.get(job["url"])
            else:
                reply = await client.post(job["url"], content=bodies[which])
            status = reply.status_code
            outcome, answer = _read(reply)
    except Exception as error:  # whatever a service does is a result, and the others' results stay
        outcome = _name(error)
    answered = time.perf_counter() - start
    print(json.dumps([which, due, round(sent, 6), round(answered, 6), status, outcome, answer]), flush=True)


def _read(reply):
    """Return an answer's outcome, and what it says where that is JSON."""
    answer = None
    if "json" in reply.headers.get("content-type", "") and len(reply.content) <= LONGEST_ANSWER:
        try:
            answer = reply.json()
        except ValueError:
            return "garbage", None
    status = reply.status_code
    if status in (429, 503):
        return "busy", answer
    if 200 <= status < 300:
        return "answered", answer
    return ("failed" if status >= 500 else "refused"), answer


def _name(error):
    import httpx

    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return "slow"
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        return "garbage"
    return "garbage" if isinstance(error, httpx.DecodingError) else "lost"


if __name__ == "__main__":
    main()
