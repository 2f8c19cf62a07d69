"""Pairs of texts to translate: numbers and dates into words, in five languages, or from one language into another."""

import datetime
import functools
import json

from layerwise.data import _archive, _sources
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError, nearest

LANGUAGES = ("en", "de", "fr", "es", "it")
NUMBERS = 10_000
YEARS = range(1900, 2100)
SHORT_YEARS = range(1969, 2069)  # the years that two digits stand for, as in POSIX
TEST = 0.2  # share of the numbers or dates that only the test part has
_LARGEST = 4_000_000
_SIZES = {"days": 31, "years": len(YEARS), "months": 12, "short": 12, "weekdays": 7}

# How people write dates, after CLDR's formats and daily use; a first day is written as {first}.
FORMS = {
    "en": ("{month} {d}, {y}", "{d} {month} {y}", "{weekday}, {month} {d}, {y}", "{short} {d}, {y}", "{m}/{d}/{y}",
           "{mm}/{dd}/{yy}"),
    "de": ("{d}. {month} {y}", "{weekday}, {d}. {month} {y}", "{d}. {short} {y}", "{d}.{m}.{y}", "{dd}.{mm}.{y}",
           "{dd}.{mm}.{yy}"),
    "fr": ("{first} {month} {y}", "le {first} {month} {y}", "{weekday} {first} {month} {y}", "{d} {short} {y}",
           "{dd}/{mm}/{y}", "{dd}/{mm}/{yy}"),
    "es": ("{d} de {month} de {y}", "{weekday}, {d} de {month} de {y}", "{d} {short} {y}", "{d}/{m}/{y}",
           "{dd}-{mm}-{y}", "{dd}/{mm}/{yy}"),
    "it": ("{first} {month} {y}", "{weekday} {first} {month} {y}", "{d} {short} {y}", "{d}/{m}/{y}", "{dd}.{mm}.{y}",
           "{dd}/{mm}/{yy}"),
}


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return pairs of texts: ``pairs_train`` and ``pairs_test``, each of shape `(n, 2)`.

    No number and no date of the test part is in the training part, in whichever language.

    Args:
        name: "numbers_in_words" or "dates_in_words".
        source: See `layerwise.data.load`; "auto" draws the pairs.
        address: Nothing is downloaded; None.
        folder: The folder of bundled data; the course's own when None.
        options: ``seed``; ``count``, how many numbers or dates; ``language``, into which to translate, one of
            `LANGUAGES` or several (each text then begins with the language's code); ``given``, from what: "digits" for
            numbers, "iso" or "written" for dates, or another language; ``wanted`` for dates: "words" or "iso".
    """
    draw, read = {"numbers_in_words": (numbers, read_numbers), "dates_in_words": (dates, read_dates)}[name]
    if source in ("auto", "best"):
        source = "drawn"
    if source == "drawn":  # from the words that are bundled, checked like any sample
        words = _sources.load(
            name, source="bundled", folder=folder, bundled=lambda files: {"words": read(files[0])}
        ).words
        draw = functools.partial(draw, words=words)
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options, drawn=draw,
        bundled=lambda files: draw(read(files[0]), seed=0),
    )


def numbers(words, *, seed, count=NUMBERS, language="en", given="digits"):
    """Return pairs of a number and its words.

    Args:
        words: The number's words by language, see `read_numbers`.
        seed: Of the choice of numbers and their order.
        count, language, given: See `load`.
    """
    languages = _languages(language, given, ("digits",))
    chosen, split = _drawn(seed, count, NUMBERS, "numbers")

    def pair(number, one):
        return (str(number) if given == "digits" else words[given][number]), words[one][number]

    return _pairs([[pair(number, one) for one in languages] for number in chosen.tolist()], languages, split)


def dates(words, *, seed, count=10_000, language="en", given="iso", wanted="words"):
    """Return pairs of a date and its words, or of a date as people write it and its ISO form.

    Args:
        words: The words by language, see `read_dates`.
        seed: Of the choice of dates, their order and how they are written.
        count, language, given, wanted: See `load`.
    """
    import numpy as np

    if wanted not in ("words", "iso"):
        raise CourseError(f'wanted={wanted!r} came; expected was "words" or "iso".{nearest(wanted, ("words", "iso"))}')
    if given == wanted:
        raise CourseError(f'given={given!r} is what is wanted, too. Expected was given="written" for wanted="iso".')
    languages = _languages(language, given, ("iso", "written"))
    first = datetime.date(YEARS[0], 1, 1).toordinal()
    many = datetime.date(YEARS[-1], 12, 31).toordinal() - first + 1
    chosen, split = _drawn(seed, count, many, "dates")
    forms = np.random.default_rng([seed, 1]).integers(0, 1 << 30, len(chosen)).tolist()

    def pair(date, form, one):
        source = {"iso": date.isoformat, "written": lambda: written(words, date, one, form)}.get(given)
        said = spoken(words, date, one) if wanted == "words" else date.isoformat()
        return (source() if source else spoken(words, date, given)), said

    days = [datetime.date.fromordinal(first + one) for one in chosen.tolist()]
    rows = [[pair(date, form, one) for one in languages] for date, form in zip(days, forms, strict=True)]
    return _pairs(rows, languages, split)


def spoken(words, date, language):
    """Return a date in words, such as "seventeenth of March two thousand twenty-four"."""
    here = words[language]
    day, month, year = here["days"][date.day - 1], here["months"][date.month - 1], here["years"][date.year - YEARS[0]]
    between = {"en": (" of ", " "), "es": (" de ", " de ")}.get(language, (" ", " "))
    return f"{day}{between[0]}{month}{between[1]}{year}"


def written(words, date, language, form):
    """Return a date as people write it.

    Args:
        words: See `read_dates`.
        date: A `datetime.date`.
        language: One of `LANGUAGES`.
        form: A whole number that chooses one of `FORMS`; forms with two digits for the year are left out where those
            would mean another century.
    """
    forms = [one for one in FORMS[language] if "{yy}" not in one or date.year in SHORT_YEARS]
    here = words[language]
    first = {"fr": "1er", "it": "1°"}.get(language, "1") if date.day == 1 else str(date.day)
    return forms[form % len(forms)].format(
        d=date.day, m=date.month, y=date.year, first=first, dd=f"{date.day:02d}", mm=f"{date.month:02d}",
        yy=f"{date.year % 100:02d}", month=here["months"][date.month - 1], short=here["short"][date.month - 1],
        weekday=here["weekdays"][date.weekday()],
    )


def read_numbers(path):
    """Return the words of all numbers, a list for each language.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When the file is cut short, is something else, or lacks words.
    """
    head, *lines = _text(path).split("\n")
    rows = [line.split("\t") for line in lines]
    if tuple(head.split("\t")) != LANGUAGES:
        raise Damaged(f"begins with {head[:40]!r} in place of the languages {', '.join(LANGUAGES)}")
    if len(rows) != NUMBERS or any(len(row) != len(LANGUAGES) or not all(row) for row in rows):
        raise Damaged(f"does not hold {NUMBERS:,} lines with {len(LANGUAGES)} words each")
    return dict(zip(LANGUAGES, map(list, zip(*rows, strict=True)), strict=True))


def read_dates(path):
    """Return the words of dates: for each language days, years, months, short (months) and weekdays.

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When the file is cut short, is something else, or lacks words.
    """
    try:
        words = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise Damaged(f"is no JSON ({error})") from None
    for language in LANGUAGES:
        for kind, size in _SIZES.items():
            held = words.get(language, {}).get(kind, ()) if isinstance(words, dict) else ()
            if len(held) != size or not all(isinstance(word, str) and word for word in held):
                raise Damaged(f"does not hold {size} {kind} in the language {language!r}")
    return words


def _text(path):
    try:
        return _archive.ungzip(path, size=_LARGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"is no UTF-8 text ({error.reason})") from None


def _languages(language, given, forms):
    """Return the languages to translate into, as a tuple; refuse what makes no sense."""
    languages = (language,) if isinstance(language, str) else tuple(language or ())
    for one in languages or (language,):
        if one not in LANGUAGES:
            raise CourseError(
                f"There is no language {one!r}; there is {', '.join(LANGUAGES)}.{nearest(one, LANGUAGES)}"
            )
    if given not in (*forms, *LANGUAGES):
        raise CourseError(f"given={given!r} came; expected was {', '.join((*forms, *LANGUAGES))}.")
    if given in languages:
        raise CourseError(f"given={given!r} is also the language to translate into; expected was another.")
    return languages


def _drawn(seed, count, many, what):
    """Return chosen positions in random order, and how many of them train."""
    import numpy as np

    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or not 10 <= count <= many:
        raise CourseError(f"count={count!r} came; expected was how many {what} to draw, from 10 to {many:,}.")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise CourseError(f"seed={seed!r} came; expected was a whole number from 0.")
    return np.random.default_rng(seed).choice(many, count, replace=False), count - round(count * TEST)


def _pairs(rows, languages, split):
    """Return both parts as arrays of strings; with several languages each text begins with the one that is wanted."""
    import numpy as np

    if len(languages) > 1:
        rows = [[(f"{one} {a}", b) for one, (a, b) in zip(languages, row, strict=True)] for row in rows]

    def flat(part):
        pairs = np.empty((len(part) * len(languages), 2), object)
        pairs[:] = [pair for row in part for pair in row]
        return pairs

    return {"pairs_train": flat(rows[:split]), "pairs_test": flat(rows[split:])}
