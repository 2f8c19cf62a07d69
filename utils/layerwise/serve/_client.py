"""A lean HTTP client (RFC 9112: https://www.rfc-editor.org/rfc/rfc9112), for a load generator and nothing else.

A generator must cost little beside what it measures. A request by httpx took 2.7 ms of CPU here, three times what the
service spent on it, so that on two cores the test measured its own tool; this client takes about a twentieth of that.
"""

import asyncio
from urllib.parse import urlsplit

MOST = 400
"""Connections at a time; a request more waits for one, and its waiting counts."""


class Garbage(Exception):
    """Raised where an answer is not HTTP."""


class Client:
    """Send one kind of request again and again over connections that are kept.

    Args:
        url: Where to.
        headers: More headers, as a dict.
    """

    def __init__(self, url, headers):
        parts = urlsplit(url)
        self._place = {"host": parts.hostname, "port": parts.port or (443 if parts.scheme == "https" else 80)}
        if parts.scheme == "https":
            self._place["ssl"] = True
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        every = {"host": parts.netloc, "content-type": "application/json", "accept": "*/*", **headers}
        self._lines = "".join(f"{name}: {text}\r\n" for name, text in every.items())
        self._get, self._post = f"GET {path} HTTP/1.1\r\n", f"POST {path} HTTP/1.1\r\n"
        self._idle, self._room = [], asyncio.Semaphore(MOST)

    async def send(self, body):
        """Send a body, or a GET where it is None; returns status, headers and body of the answer."""
        if body is None:
            request = f"{self._get}{self._lines}\r\n".encode("latin-1")
        else:
            request = f"{self._post}{self._lines}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body
        async with self._room:
            reader, writer = await self._connection()
            keep = False
            try:
                writer.write(request)
                status, headers, answer, keep = await _answer(reader)
            finally:
                if keep:
                    self._idle.append((reader, writer))
                else:
                    writer.close()
        return status, headers, answer

    async def _connection(self):
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(**self._place)


async def _answer(reader):
    """Return status, headers, body, and whether the connection can be kept."""
    status = 100
    while status in range(100, 200):  # "100 Continue" and its like come before the answer
        status, headers = await _head(reader)
    length = headers.get("content-length")
    # Where an app has raised, uvicorn closes the connection behind Starlette's answer without having said so.
    keep = headers.get("connection", "").lower() != "close" and status != 500
    if status in (204, 304):
        return status, headers, b"", keep
    if "chunked" in headers.get("transfer-encoding", ""):
        return status, headers, await _chunks(reader), keep
    if length is None:
        return status, headers, await reader.read(), False
    if not length.isdigit():
        raise Garbage(length)
    return status, headers, await reader.readexactly(int(length)), keep


async def _head(reader):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.LimitOverrunError as error:
        raise Garbage(str(error)) from None
    except asyncio.IncompleteReadError as error:
        if error.partial and not error.partial.startswith(b"HTTP/"):
            raise Garbage(error.partial[:60]) from None
        raise
    version, _, rest = head[0].partition(" ")
    if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
        raise Garbage(head[0][:60])
    pairs = (line.partition(":") for line in head[1:] if line)
    return int(rest[:3]), {name.strip().lower(): text.strip() for name, _, text in pairs}


async def _chunks(reader):
    parts = []
    while True:
        size = (await reader.readline()).partition(b";")[0].strip()
        try:
            size = int(size, 16)
        except ValueError:
            raise Garbage(size[:60]) from None
        part = await reader.readexactly(size)
        await reader.readline()
        if not size:
            return b"".join(parts)
        parts.append(part)
