"""Texts that were drawn: letters to a support desk, and quarterly reports of companies that were invented."""

import functools
import tomllib
from pathlib import Path

from layerwise import paths
from layerwise.data import _card, _sources, texts
from layerwise.suggest import CourseError


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set of drawn texts.

    Args:
        name: "support_tickets" or "company_reports".
        source: See `layerwise.data.load`.
        address: Not used: nothing is downloaded.
        folder: The folder with the wordings; the course's own when None.
        options: ``seed``; ``size`` (tickets, or companies); for the reports also ``quarters``.

    Returns:
        A `Dataset`; its card names the arrays.

    Raises:
        layerwise.suggest.CourseError: When an option is none, or a file of wordings is missing or damaged.
    """
    place = Path(folder or paths.bundled()) / name
    reader = {"support_tickets": _tickets, "company_reports": _reports}[name]
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options,
        drawn=functools.partial(reader, place=place),
    )


def _tickets(*, place, seed, size=6000):
    from layerwise.data.drawing import tickets as draw_tickets

    size = texts.whole(size, "size", least=100, most=100_000)
    seed = texts.whole(seed, "seed", least=0)
    return _from_wordings(place, ("phrases.toml", "articles.toml"), draw_tickets.draw, size=size, seed=seed)


def _reports(*, place, seed, size=240, quarters=16):
    from layerwise.data.drawing import reports as draw_reports

    size = texts.whole(size, "size", least=20, most=5000)
    quarters = texts.whole(quarters, "quarters", least=8, most=40)
    seed = texts.whole(seed, "seed", least=0)
    return _from_wordings(place, ("phrases.toml",), draw_reports.draw, size=size, quarters=quarters, seed=seed)


def _from_wordings(place, names, draw, **options):
    """Return what a generator makes of its files of wordings.

    Raises:
        CourseError: When one is missing, written otherwise than UTF-8, or lacks what the generator needs.
    """
    files, path = [], place
    try:
        for name in names:
            path = place / name
            files.append(tomllib.loads(texts.read_text(path)))
        return draw(*files, **options)
    except FileNotFoundError:
        problem = "is missing"
    except _sources.Damaged as error:
        problem = str(error)
    except OSError as error:
        problem = f"cannot be read ({type(error).__name__}: {error.strerror or error})"
    except tomllib.TOMLDecodeError as error:
        problem = f"is cut short or is no TOML ({error})"
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        path, problem = place, f"lacks wordings that the generator needs ({type(error).__name__}: {error})"
    raise CourseError(f"The wordings in {path} cannot be used: it {problem}. {_card.RESTORE.format(folder=place)}")
