"""What stands before every service: strangers, bodies that are too large, clients and answers that are too slow.

A small ASGI app around the learner's own (https://asgi.readthedocs.io/en/latest/specs/www.html). A client that has gone
cancels the work that was done for it.
"""

import asyncio
import contextlib
import json

_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_DRAIN = 8
"""How many times the largest body is read and thrown away, so that the client hears its refusal."""


class Guard:
    """Let requests through to an app when they are whole, small enough, and meant for this machine.

    Args:
        app: The ASGI app.
        largest: The largest body, in bytes.
        patience: Seconds for the body to arrive, and again for the answer.
    """

    def __init__(self, app, *, largest, patience):
        self._app, self._largest, self._patience = app, largest, patience

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        if host not in _HOSTS:
            # A page on the web can point a name of its own at 127.0.0.1; its requests carry that name.
            await _refuse(send, 421, f"This service answers for 127.0.0.1 only; the request was meant for {host!r}.")
            return
        body, refusal = await self._body(headers, receive)
        if refusal:
            await _refuse(send, *refusal)
        elif body is not None:
            await self._answer(scope, body, receive, send)

    async def _body(self, headers, receive):
        """Return a request's whole body and why it is refused; None and None when the client has gone."""
        said = headers.get("content-length", "")
        too_large = (
            413,
            f"The request is larger than {self._largest:,} bytes, the most that this service takes. Send less at a "
            "time.",
        )
        if said.isdigit() and int(said) > _DRAIN * self._largest:
            return None, too_large
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None, None
                    part = message.get("body", b"")
                    size += len(part)
                    if size <= self._largest:
                        parts.append(part)
                    elif size > _DRAIN * self._largest:
                        return None, too_large
                    if not message.get("more_body"):
                        return (None, too_large) if size > self._largest else (b"".join(parts), None)
        except TimeoutError:
            return None, (
                408,
                f"The request was not complete after {self._patience:g} seconds; {size:,} bytes had come. Send it "
                "again, faster.",
            )

    async def _answer(self, scope, body, receive, send):
        """Let the app answer; give up when it takes too long, or when nobody waits for it any more."""
        begun = False
        unread = [{"type": "http.request", "body": body, "more_body": False}]
        gone = asyncio.ensure_future(_until_gone(receive))

        async def replay():
            return unread.pop() if unread else await asyncio.shield(gone)

        async def forward(message):
            nonlocal begun
            begun = True
            await send(message)

        answer = asyncio.ensure_future(self._app(scope, replay, forward))
        try:
            await asyncio.wait({answer, gone}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                answer.result()  # an exception goes on to the server, which logs it
            elif not gone.done() and not begun:
                await _refuse(
                    send, 504,
                    f"No answer within {self._patience:g} seconds; the work was given up. Ask for less at a time, or "
                    "try again later.",
                )
        finally:
            for task in (answer, gone):
                if not task.done():
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task


async def _until_gone(receive):
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return message


async def _refuse(send, status, detail):
    body = json.dumps({"detail": detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
               (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
