"""Make the words of ``data/numbers_in_words`` and ``data/dates_in_words``: numbers, days, months and years.

    pip install num2words==0.5.14 babel==2.17.0
    python -m layerwise.authoring.bundles.words

num2words writes the numbers, Babel (from Unicode's CLDR) names months and days of the week. What num2words gets wrong
is put right here: Italian compounds with 18 and 3, and French hundreds and scores in years, which take no s. All 50,000
numbers were held against another source, the number speller of ICU 72, and are equal but for hyphens around the French
"et", which ICU writes by the reform of 1990, and the accent of nine Italian numbers such as "duemilatré", which ICU
leaves out and the Accademia della Crusca writes.
"""

import gzip
import json

from layerwise.authoring.bundles import _pack
from layerwise.data.translations import LANGUAGES, NUMBERS, YEARS


def cardinal(number, language):
    """Return a number in words.

    English goes without commas and without "and", as in the United States.
    """
    from num2words import num2words

    words = num2words(number, lang=language)
    if language == "en":
        return words.replace(",", "").replace(" and ", " ")
    if language == "it":
        words = words.replace("dicotto", "diciotto")
        # "tre" at the end of a longer number bears an accent: https://www.treccani.it/vocabolario/tre/
        if number > 20 and number % 10 == 3 and number % 100 != 13:
            words = words[:-1] + "é"
    return words


def day(number, language):
    """Return a day of the month as it stands in a date.

    English and German use ordinal numbers for every day; French and Italian for the first; Spanish for none, as in
    Spain. Sources are in the card of dates_in_words.
    """
    from num2words import num2words

    if language == "en":
        return num2words(number, lang="en", to="ordinal")
    if language == "de":  # without an article in front: "siebzehnter März"
        return num2words(number, lang="de", to="ordinal") + "r"
    if number == 1 and language in ("fr", "it"):
        return {"fr": "premier", "it": "primo"}[language]
    return cardinal(number, language)


def year(number, language):
    """Return a year between 1900 and 2099 as it is read."""
    from num2words import num2words

    if language in ("en", "de") and number < 2000:  # nineteen eighty-seven, neunzehnhundertsiebenundachtzig
        return num2words(number, lang=language, to="year")
    words = cardinal(number, language)
    # A year is a rank: "mille neuf cent", "mille neuf cent quatre-vingt".
    return words.removesuffix("s") if language == "fr" and words.endswith(("cents", "vingts")) else words


def numbers():
    """Return the bytes of the file of numbers: one line for each number, one column for each language."""
    lines = ["\t".join(LANGUAGES), *("\t".join(cardinal(n, one) for one in LANGUAGES) for n in range(NUMBERS))]
    return gzip.compress("\n".join(lines).encode("utf-8"), 9, mtime=0)


def dates():
    """Return the bytes of the file of the words in dates."""
    from babel.dates import get_day_names, get_month_names

    told = {}
    for one in LANGUAGES:
        months, short = (get_month_names(width, "format", one) for width in ("wide", "abbreviated"))
        told[one] = {
            "days": [day(number, one) for number in range(1, 32)],
            "years": [year(number, one) for number in YEARS],
            "months": [months[number] for number in range(1, 13)],
            "short": [short[number] for number in range(1, 13)],
            "weekdays": [get_day_names("wide", "format", one)[number] for number in range(7)],
        }
    return gzip.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), 9, mtime=0)


def main():
    """Write both files."""
    _pack.write("numbers_in_words", {"numbers.tsv.gz": numbers()})
    _pack.write("dates_in_words", {"dates.json.gz": dates()})


if __name__ == "__main__":
    main()
