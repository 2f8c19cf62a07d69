"""Numbers and dates in words: right in each language, split without leaks, and refused with a reason when damaged."""

import datetime
import gzip
import hashlib
import json
import re
import shutil
import time

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import translations
from layerwise.suggest import CourseError

NAMES = ("numbers_in_words", "dates_in_words")


@pytest.fixture(scope="module")
def words():
    return translations.read_numbers(paths.bundled() / "numbers_in_words" / "numbers.tsv.gz")


@pytest.fixture(scope="module")
def calendar():
    return translations.read_dates(paths.bundled() / "dates_in_words" / "dates.json.gz")


# Right in each language -----------------------------------------------------------------------------------------------

NUMBERS = {
    "en": {0: "zero", 13: "thirteen", 40: "forty", 101: "one hundred one", 1987: "one thousand nine hundred "
           "eighty-seven", 9999: "nine thousand nine hundred ninety-nine"},
    "de": {0: "null", 1: "eins", 16: "sechzehn", 17: "siebzehn", 30: "dreißig", 101: "einhunderteins",
           1987: "eintausendneunhundertsiebenundachtzig", 6066: "sechstausendsechsundsechzig"},
    "fr": {0: "zéro", 21: "vingt et un", 71: "soixante et onze", 80: "quatre-vingts", 81: "quatre-vingt-un", 91:
           "quatre-vingt-onze", 200: "deux cents", 201: "deux cent un", 1000: "mille", 2200: "deux mille deux cents",
           1987: "mille neuf cent quatre-vingt-sept"},
    "es": {0: "cero", 16: "dieciséis", 22: "veintidós", 31: "treinta y uno", 100: "cien", 101: "ciento uno", 500:
           "quinientos", 700: "setecientos", 900: "novecientos", 1000: "mil", 1987: "mil novecientos ochenta y siete"},
    "it": {0: "zero", 3: "tre", 13: "tredici", 18: "diciotto", 21: "ventuno", 23: "ventitré", 28: "ventotto", 103:
           "centotré", 113: "centotredici", 118: "centodiciotto", 180: "centottanta", 1000: "mille", 2003: "duemilatré",
           1987: "millenovecentottantasette"},
}


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_numbers_are_right(words, language):
    assert {number: words[language][number] for number in NUMBERS[language]} == NUMBERS[language]
    assert len(set(words[language])) == translations.NUMBERS


def test_english_numbers_follow_their_grammar(words):
    """Put together again by a rule of its own, from the words up to 20 and the tens."""
    small, tens = words["en"][:20], [words["en"][10 * ten] for ten in range(10)]

    def said(n):
        if n >= 100:
            size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
            return f"{said(n // size)} {name}" + (f" {said(n % size)}" if n % size else "")
        return small[n] if n < 20 else tens[n // 10] + (f"-{small[n % 10]}" if n % 10 else "")

    assert [said(n) for n in range(10_000)] == words["en"]


def test_german_numbers_follow_their_grammar(words):
    small, tens = words["de"][:20], [words["de"][10 * ten] for ten in range(10)]

    def joined(n):
        return "ein" if n == 1 else small[n]

    def said(n):
        for size, name in ((1000, "tausend"), (100, "hundert")):
            if n >= size:
                return joined(n // size) + name + (said(n % size) if n % size else "")
        return small[n] if n < 20 else (f"{joined(n % 10)}und" if n % 10 else "") + tens[n // 10]

    assert [said(n) for n in range(10_000)] == words["de"]


DATES = {
    "en": ("first of January nineteen hundred", "third of May nineteen oh-five", "seventeenth of March two thousand "
           "twenty-four", "thirty-first of December nineteen eighty"),
    "de": ("erster Januar neunzehnhundert", "dritter Mai neunzehnhundertfünf", "siebzehnter März "
           "zweitausendvierundzwanzig", "einunddreißigster Dezember neunzehnhundertachtzig"),
    "fr": ("premier janvier mille neuf cent", "trois mai mille neuf cent cinq", "dix-sept mars deux mille vingt-quatre",
           "trente et un décembre mille neuf cent quatre-vingt"),
    "es": ("uno de enero de mil novecientos", "tres de mayo de mil novecientos cinco", "diecisiete de marzo de dos mil "
           "veinticuatro", "treinta y uno de diciembre de mil novecientos ochenta"),
    "it": ("primo gennaio millenovecento", "tre maggio millenovecentocinque", "diciassette marzo duemilaventiquattro",
           "trentuno dicembre millenovecentottanta"),
}
DAYS = [datetime.date(*day) for day in ((1900, 1, 1), (1905, 5, 3), (2024, 3, 17), (1980, 12, 31))]


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_dates_are_right(calendar, language):
    assert tuple(translations.spoken(calendar, day, language) for day in DAYS) == DATES[language]


def test_dates_follow_the_rule_of_each_language(words, calendar):
    days = {language: calendar[language]["days"] for language in translations.LANGUAGES}
    assert all(re.search(r"(st|nd|rd|th)$", day) for day in days["en"])
    assert [day.removesuffix("ster") for day in days["de"][19:]] == words["de"][20:32]  # from 20 on -ster, before -ter
    assert all(day.endswith("ter") and not day.endswith("gter") for day in days["de"][:19])
    assert days["fr"] == ["premier", *words["fr"][2:32]] and days["it"] == ["primo", *words["it"][2:32]]
    assert days["es"] == words["es"][1:32]
    for language in ("es", "it"):
        assert calendar[language]["years"] == words[language][1900:2100]
    assert not any(year.endswith(("cents", "vingts")) for year in calendar["fr"]["years"])
    assert calendar["fr"]["years"][124] == words["fr"][2024]
    assert all(year.startswith("nineteen") for year in calendar["en"]["years"][:100])
    assert all(year.startswith("neunzehnhundert") for year in calendar["de"]["years"][:100])
    assert calendar["en"]["years"][100:] == words["en"][2000:2100]


WRITTEN = {
    "en": {"March 17, 2024", "17 March 2024", "Sunday, March 17, 2024", "Mar 17, 2024", "3/17/2024", "03/17/24"},
    "de": {"17. März 2024", "Sonntag, 17. März 2024", "17.3.2024", "17.03.2024", "17.03.24"},
    "fr": {"17 mars 2024", "le 17 mars 2024", "dimanche 17 mars 2024", "17/03/2024", "17/03/24"},
    "es": {"17 de marzo de 2024", "domingo, 17 de marzo de 2024", "17 mar 2024", "17/3/2024", "17-03-2024", "17/03/24"},
    "it": {"17 marzo 2024", "domenica 17 marzo 2024", "17 mar 2024", "17/3/2024", "17.03.2024", "17/03/24"},
}


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_dates_are_written_as_people_do(calendar, language):
    day = datetime.date(2024, 3, 17)
    assert WRITTEN[language] <= {translations.written(calendar, day, language, form) for form in range(6)}


def test_short_years_stand_for_one_century_and_the_first_is_marked(calendar):
    for year, short in ((1968, False), (1969, True), (2068, True), (2069, False)):
        forms = {translations.written(calendar, datetime.date(year, 8, 1), "fr", form) for form in range(60)}
        assert (f"01/08/{year % 100}" in forms) == short
        assert f"1er août {year}" in forms
    assert "1° agosto 2024" in {translations.written(calendar, datetime.date(2024, 8, 1), "it", k) for k in range(6)}


# Drawn pairs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_pairs_are_drawn_and_split_without_a_leak(name):
    got = data.load(name)
    assert got.source == "drawn" and got.pairs_train.shape == (8_000, 2) and got.pairs_test.shape == (2_000, 2)
    assert got.pairs_train.dtype == object and isinstance(got.pairs_train[0, 0], str)
    for side in (0, 1):
        assert not set(got.pairs_train[:, side]) & set(got.pairs_test[:, side])
    assert len(set(got.pairs_train[:, 0])) == 8_000


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_draws_the_same(name):
    one, same, other = (data.load(name, seed=seed, count=100) for seed in (0, 0, 1))
    assert np.array_equal(one.pairs_train, same.pairs_train) and not np.array_equal(one.pairs_train, other.pairs_train)
    assert len(one.pairs_train) == 80 and len(one.pairs_test) == 20


def test_the_default_draw_is_the_same_on_every_machine():
    """Hashes of the whole default sets: a change of generator or words is a change of the data."""
    for name, digest in (("numbers_in_words", "9bf6d8016c9d1a44"), ("dates_in_words", "7d9616c279e7f6e2")):
        got = data.load(name)
        text = "\n".join("\t".join(pair) for part in (got.pairs_train, got.pairs_test) for pair in part)
        assert hashlib.sha256(text.encode()).hexdigest()[:16] == digest


def test_the_bundled_source_gives_the_default_pairs():
    for name in NAMES:
        assert np.array_equal(data.load(name, source="bundled").pairs_test, data.load(name).pairs_test)


def test_numbers_between_languages(words):
    got = data.load("numbers_in_words", language="de", given="fr", count=50)
    numbers = [words["fr"].index(one) for one in got.pairs_train[:, 0]]
    assert [words["de"][number] for number in numbers] == got.pairs_train[:, 1].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_several_languages_are_told_at_the_beginning_and_split_together(name):
    got = data.load(name, language=("de", "it"), count=50)
    assert got.pairs_train.shape == (80, 2) and got.pairs_test.shape == (20, 2)
    assert {pair[0][:3] for pair in got.pairs_train} == {"de ", "it "}
    assert not {pair[0][3:] for pair in got.pairs_train} & {pair[0][3:] for pair in got.pairs_test}


def test_written_dates_into_iso_and_words(calendar):
    got = data.load("dates_in_words", language="de", given="written", wanted="iso", count=300)
    for given, iso in got.pairs_train:
        day = datetime.date.fromisoformat(iso)
        assert given in {translations.written(calendar, day, "de", form) for form in range(30)}
    assert len({re.sub(r"[\w]+", "x", given) for given in got.pairs_train[:, 0]}) >= 3
    same = data.load("dates_in_words", language="de", given="written", count=300)
    assert np.array_equal(same.pairs_train[:, 0], got.pairs_train[:, 0])
    assert same.pairs_train[0, 1] == translations.spoken(
        calendar, datetime.date.fromisoformat(got.pairs_train[0, 1]), "de"
    )


def nearest_copied(got, given, wanted):
    """Return the shares of right answers and right words when the nearest training example's answer is copied."""
    known = np.array(given(got.pairs_train[:, 0]))
    answers = got.pairs_train[:, 1]
    exact = right = total = 0
    for value, truth in zip(given(got.pairs_test[:, 0]), got.pairs_test[:, 1], strict=True):
        guess, truth = wanted(answers[np.argmin(np.abs(known - value))]), wanted(truth)
        exact += guess == truth
        right += sum(a == b for a, b in zip(guess, truth, strict=False))
        total += max(len(guess), len(truth))
    return exact / len(got.pairs_test), right / total


def test_memorising_gets_some_words_right_and_next_to_no_answer():
    numbers = data.load("numbers_in_words")
    exact, right = nearest_copied(numbers, lambda x: [int(one) for one in x], lambda text: re.split("[ -]", text))
    assert exact < 0.01 and 0.5 < right < 0.9
    dates = data.load("dates_in_words")
    exact, right = nearest_copied(
        dates, lambda x: [datetime.date.fromisoformat(one).toordinal() for one in x],
        lambda text: re.split("[ -]", text),
    )
    assert exact < 0.01 and 0.4 < right < 0.9


def test_each_loads_in_a_moment_and_shows_its_pairs():
    for name in NAMES:
        data.load(name)
        start = time.process_time()
        got = data.load(name)
        assert time.process_time() - start < 1
        page = got._repr_html_()
        assert got.pairs_train[0, 0] in page and got.pairs_train[0, 1] in page
        assert "drawn by a generator" in page and "No text that people wrote" in page


# Refused --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("numbers_in_words", {"language": "eng"}, r"no language 'eng'; there is en, de.*Did you mean \"en\""),
        ("numbers_in_words", {"language": ("de", "nl")}, r"no language 'nl'"),
        ("numbers_in_words", {"language": ()}, r"no language \(\)"),
        ("numbers_in_words", {"given": "words"}, r"expected was digits, en"),
        ("numbers_in_words", {"given": "en"}, r"also the language to translate into"),
        ("numbers_in_words", {"count": 10_001}, r"how many numbers to draw, from 10 to 10,000"),
        ("numbers_in_words", {"count": 3}, r"from 10 to"),
        ("numbers_in_words", {"count": True}, r"from 10 to"),
        ("numbers_in_words", {"seed": -1}, r"expected was a whole number"),
        ("numbers_in_words", {"sead": 1}, r"'sead'; it takes seed, count, language, given.*Did you mean \"seed\""),
        ("numbers_in_words", {"wanted": "iso"}, r"takes no 'wanted'"),
        ("dates_in_words", {"wanted": "digits"}, r'expected was "words" or "iso"'),
        ("dates_in_words", {"wanted": "iso"}, r'Expected was given="written"'),
        ("dates_in_words", {"given": "digits"}, r"expected was iso, written, en"),
        ("dates_in_words", {"count": 73_050}, r"from 10 to 73,049"),
        ("dates_in_words", {"source": "bundled", "count": 20}, r"takes no count: ask for source=\"drawn\""),
        ("dates_in_words", {"source": "official"}, r"has no source 'official'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name, options, says):
    with pytest.raises(CourseError, match=says):
        data.load(name, **options)


@pytest.fixture
def copy(tmp_path):
    """Copies of both sets whose cards list no hashes, so that the readers themselves meet the damage."""
    for name in NAMES:
        shutil.copytree(paths.bundled() / name, tmp_path / name)
        card = tmp_path / name / "card.toml"
        lines = card.read_text(encoding="utf-8").splitlines()
        card.write_text("\n".join(line for line in lines if not line.startswith("sha256")), encoding="utf-8")
    return tmp_path


def packed(text):
    return gzip.compress(text if isinstance(text, bytes) else text.encode())


def lacking(content):
    words = json.loads(gzip.decompress(content))
    words["it"]["months"].pop()
    return packed(json.dumps(words))


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        ("numbers_in_words", lambda content: None, r"is missing"),
        ("numbers_in_words", lambda content: content[:-500], r"is cut short or is no gzip file"),
        ("numbers_in_words", lambda content: b"", r"is cut short|begins with ''"),
        ("numbers_in_words", lambda content: b"<html>", r"is cut short or is no gzip file"),
        ("numbers_in_words", lambda content: packed(b"\xff\xfe\x00"), r"is no UTF-8 text"),
        ("numbers_in_words", lambda content: packed("en\tde\n"), r"begins with 'en\\tde'"),
        ("numbers_in_words", lambda content: packed(gzip.decompress(content)[:-50]), r"does not hold 10,000 lines"),
        ("dates_in_words", lambda content: None, r"is missing"),
        ("dates_in_words", lambda content: content[:-50], r"is cut short or is no gzip file"),
        ("dates_in_words", lambda content: packed("{"), r"is no JSON"),
        ("dates_in_words", lambda content: packed("[]"), r"does not hold 31 days in the language 'en'"),
        ("dates_in_words", lacking, r"does not hold 12 months in the language 'it'"),
    ],
)
def test_damaged_files_say_how_to_bring_them_back(copy, name, damage, says):
    path = next((copy / name).glob("*.gz"))
    content = damage(path.read_bytes())
    path.unlink() if content is None else path.write_bytes(content)
    for source in ("auto", "bundled"):
        with pytest.raises(CourseError, match=says) as caught:
            translations.load(name, source=source, folder=copy)
        assert "git checkout" in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_tampered_file_is_known_by_its_hash(tmp_path, name):
    shutil.copytree(paths.bundled() / name, tmp_path / name)
    path = next((tmp_path / name).glob("*.gz"))
    path.write_bytes(packed(gzip.decompress(path.read_bytes()).replace(b"two", b"too")))
    with pytest.raises(CourseError, match=r"its hash differs"):
        translations.load(name, folder=tmp_path)


def test_the_words_are_made_the_same_again():
    """Where the packages are at hand that people make the words with."""
    pytest.importorskip("num2words")
    pytest.importorskip("babel")
    from layerwise.authoring.bundles import words as maker

    assert maker.numbers() == (paths.bundled() / "numbers_in_words" / "numbers.tsv.gz").read_bytes()
    assert maker.dates() == (paths.bundled() / "dates_in_words" / "dates.json.gz").read_bytes()
