"""Download a file once: checked by hash, moved in place only when whole, by one process at a time; resumed."""

import contextlib
import errno
import logging
from pathlib import Path

from layerwise import paths, show
from layerwise.suggest import CourseError

_WAIT = 600  # seconds to wait for another process that downloads the same file
_PATIENCE = 30  # seconds without an answer from the server
_PIECE = 1 << 16  # bytes read at a time
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def target(card, file):
    """Return where one official file of a data set is kept, whether it is there or not."""
    return paths.cache() / card.name / file["file"]


def advice(card):
    """Return what to do as long as the official files cannot be had, as a sentence."""
    own = [source for source in card.sources if source != "official"]
    files = ", ".join(file["mirror"] for file in card.official.get("files", ()))
    use = f'Use data.load("{card.name}", source="{own[0]}") meanwhile, or put' if own else "Put"
    return f"{use} {files} into a folder and name that folder in the environment variable LAYERWISE_MIRROR."


def fetch(card, *, address=None):
    """Return the paths of the official files, downloading those that the cache does not hold whole and unchanged.

    Args:
        card: The data set's card; each entry of ``card.official["files"]`` gives file, address, hash and bytes.
        address: Another address for the same file; where there are several files, of the folder that holds them.

    Raises:
        CourseError: When one cannot be had. What is unfinished has the ending ".part" and is resumed the next time.
    """
    files = card.official["files"]
    found = []
    for file in files:
        where = address or file["address"]
        if address and len(files) > 1:
            where = f"{address.rstrip('/')}/{file['file']}"
        found.append(_one(card, file, where))
    return found


def _one(card, file, address):
    import filelock
    import pooch

    path, instead = target(card, file), advice(card)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(path.parent / ".lock", timeout=_WAIT), _quiet(pooch.get_logger()):
            for left in path.parent.glob("tmp*"):  # of a process that was killed; the lock says that none is at work
                left.unlink()
            download = _Download(card, file)
            retrieve = {"known_hash": file["hash"] or None, "fname": path.name, "path": path.parent}
            try:
                pooch.retrieve(address, downloader=download, **retrieve)
            except ValueError:
                if not download.resumed:
                    raise
                # The first part came from another file, or was damaged: it is gone now, so begin anew.
                pooch.retrieve(address, downloader=download, **retrieve)
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
        what = f"{card.name!r} ({file['bytes'] / 1e6:.1f} MB)"
        raise unwritable(path.parent, error, what=what, then=instead) from None


def unwritable(folder, error, *, what, then=""):
    """Return the CourseError for a cache folder that is full or cannot be written.

    Args:
        folder: The folder.
        error: The OSError that came.
        what: What was to be written.
        then: What else to do, as a sentence.
    """
    if error.errno in FULL:
        return CourseError(
            f"The disk is full: {what} could not be written to {folder}. Free some space, or name another folder in "
            f"the environment variable LAYERWISE_CACHE. {then}".rstrip()
        )
    return CourseError(
        f"The cache folder {folder} cannot be written ({type(error).__name__}: {error.strerror or error}). Name "
        f"another folder in the environment variable LAYERWISE_CACHE. {then}".rstrip()
    )


class _Problem(Exception):
    """Why a download failed, as a sentence."""


class _Download:
    """Download one file for pooch, with a progress bar, from where it broke off, and say in words why it failed."""

    def __init__(self, card, file):
        self.card, self.file, self.resumed = card, file, False

    def __call__(self, address, output_file, pooch_):
        import requests

        output_file = Path(output_file)
        part = output_file.with_name(self.file["file"] + ".part")
        try:
            self._get(address, part)
        except requests.HTTPError as error:
            raise _Problem(f"the server answered {error.response.status_code} {error.response.reason}.") from None
        except requests.Timeout:
            raise _Problem("no answer in time. Is the network on?") from None
        except requests.exceptions.ChunkedEncodingError:
            raise _Problem("the transfer broke off. Try again: it goes on from where it stopped.") from None
        except requests.ConnectionError:
            raise _Problem("no connection. Is the network on?") from None
        except requests.RequestException as error:
            raise _Problem(f"{type(error).__name__}: {error}.") from None
        except OSError:
            with contextlib.suppress(OSError):  # a full disk: give the space back
                part.unlink()
            raise
        with part.open("rb") as file:
            start = file.read(64).lstrip().lower()
        if start.startswith((b"<!doctype", b"<html", b"<?xml")):
            part.unlink()
            raise _Problem("a web page came in place of the file. Does this network ask for a log-in first?")
        part.replace(output_file)  # pooch checks its hash there, and moves it in place or deletes it

    def _get(self, address, part):
        """Write the file at an address to `part`, behind what an earlier attempt left there."""
        import requests
        from tqdm.auto import tqdm

        # Without a hash nothing would tell that the two halves belong to different files.
        there = part.stat().st_size if part.exists() and self.file["hash"] else 0
        asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
        with requests.get(address, headers=asked, stream=True, timeout=_PATIENCE) as answer:
            if there and answer.status_code == 416:  # nothing is left to send: the part is whole, or longer
                self.resumed = True
                return
            answer.raise_for_status()
            self.resumed = there > 0 and answer.status_code == 206
            with part.open("ab" if self.resumed else "wb") as file, tqdm(
                total=self.file["bytes"], initial=there if self.resumed else 0, desc=self.card.title, unit="B",
                unit_scale=True, leave=False, disable=False if show.in_notebook() else None,  # None: only on a terminal
            ) as bar:
                for piece in answer.iter_content(_PIECE):
                    file.write(piece)
                    bar.update(len(piece))
                    if file.tell() > 2 * self.file["bytes"] + _PIECE:  # endless, perhaps; some sizes are approximate
                        break
                else:
                    return
        part.unlink()
        raise _Problem(f"more came than twice the {self.file['bytes'] / 1e6:,.1f} MB that were expected.")


@contextlib.contextmanager
def _quiet(logger):
    """Keep pooch's own messages off the page; the card says which source is in use."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
