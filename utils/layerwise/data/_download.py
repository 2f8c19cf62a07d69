"""Download a file once: checked by hash, moved in place only when whole, by one process at a time."""

import contextlib
import errno
import logging
from pathlib import Path

from layerwise import paths, show
from layerwise.suggest import CourseError

_WAIT = 600  # seconds to wait for another process that downloads the same file
_PATIENCE = 30  # seconds without an answer from the server
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def target(card):
    """Return where the official file of a data set is kept, whether it is there or not."""
    return paths.cache() / card.name / card.official["file"]


def fetch(card, *, address=None):
    """Return the path of the official file, downloading it when the cache has none that is whole and unchanged.

    Args:
        card: The data set's card; ``card.official`` gives file, address, sha256 and size.
        address: Another address for the same file.

    Raises:
        CourseError: When it cannot be had. Nothing half-written stays behind.
    """
    import filelock
    import pooch

    path, address = target(card), address or card.official["address"]
    instead = (
        f'Use data.load("{card.name}", source="bundled") meanwhile, or put the file into a folder and name that folder '
        "in the environment variable LAYERWISE_MIRROR."
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(path.parent / ".lock", timeout=_WAIT), _quiet(pooch.get_logger()):
            for left in path.parent.glob("tmp*"):  # of a process that was killed; the lock says that none is at work
                left.unlink()
            pooch.retrieve(
                address, known_hash=f"sha256:{card.official['sha256']}", fname=path.name, path=path.parent,
                downloader=_Download(card),
            )
        return path
    except filelock.Timeout:
        raise CourseError(
            f"Another process has been downloading {path} for {_WAIT // 60} minutes. Wait for it, or end it. {instead}"
        ) from None
    except _Problem as problem:
        raise CourseError(f"{card.name!r} could not be downloaded from {address}: {problem} {instead}") from None
    except ValueError:
        raise CourseError(
            f"What came from {address} is not the official file of {card.name!r}: its hash differs, so it was thrown "
            f"away. The download may have been cut short or changed on its way; try again. {instead}"
        ) from None
    except OSError as error:
        if error.errno in _FULL:
            raise CourseError(
                f"The disk is full: {card.name!r} ({card.official['bytes'] / 1e6:.1f} MB) could not be written to "
                f"{path.parent}. Free some space, or name another folder in the environment variable LAYERWISE_CACHE. "
                f"{instead}"
            ) from None
        raise CourseError(
            f"The cache folder {path.parent} cannot be written ({type(error).__name__}: {error.strerror or error}). "
            f"Name another folder in the environment variable LAYERWISE_CACHE. {instead}"
        ) from None


class _Problem(Exception):
    """Why a download failed, as a sentence."""


class _Download:
    """Download one file for pooch, with a progress bar, and say in words why it failed."""

    def __init__(self, card):
        self.card = card

    def __call__(self, address, output_file, pooch_):
        import pooch
        import requests
        from tqdm.auto import tqdm

        with tqdm(
            total=self.card.official["bytes"], desc=self.card.title, unit="B", unit_scale=True, leave=False,
            disable=False if show.in_notebook() else None,  # None: only on a terminal
        ) as bar:
            try:
                pooch.HTTPDownloader(progressbar=bar, timeout=_PATIENCE)(address, output_file, pooch_)
            except requests.HTTPError as error:
                raise _Problem(f"the server answered {error.response.status_code} {error.response.reason}.") from None
            except requests.Timeout:
                raise _Problem("no answer in time. Is the network on?") from None
            except requests.exceptions.ChunkedEncodingError:
                raise _Problem("the transfer broke off. Try again.") from None
            except requests.ConnectionError:
                raise _Problem("no connection. Is the network on?") from None
            except requests.RequestException as error:
                raise _Problem(f"{type(error).__name__}: {error}.") from None
        with Path(output_file).open("rb") as file:
            start = file.read(64).lstrip().lower()
        if start.startswith((b"<!doctype", b"<html", b"<?xml")):
            raise _Problem("a web page came in place of the file. Does this network ask for a log-in first?")


@contextlib.contextmanager
def _quiet(logger):
    """Keep pooch's own messages off the page; the card says which source is in use."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
