"""Files that are there whole or not at all."""

import contextlib
import os
from pathlib import Path

from layerwise.suggest import CourseError


def write(path, text):
    """Write a text file whole or not at all.

    Raises:
        CourseError: If it cannot be written; an old file stays as it was.
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # On Windows, text mode would turn line feeds into two characters and every notebook into a changed one.
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise CourseError(
            f"{path}: could not be written ({error.strerror}). The old file is unchanged. Make room, or mend the "
            "folder's permissions, and try again."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
