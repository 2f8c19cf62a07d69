"""One socket on loopback, or a clear word that the port is taken."""

import errno
import os
import socket


def listen(port):
    """Return a socket that is bound to 127.0.0.1; port 0 takes a free one."""
    from layerwise.serve.services import PortTaken

    # The protocol is named, since asyncio switches Nagle's algorithm off only where it is: unnamed, every answer in two
    # writes waits 40 ms for the client's acknowledgement.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # take a port again whose last connections are still closing; on Windows it means more
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen(256)  # uvicorn listens again; until then nobody else may
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES) and port:
            raise PortTaken(port) from None
        raise
    except BaseException:
        bound.close()
        raise
    return bound
