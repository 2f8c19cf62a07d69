"""Texts: spam mail, first names, Shakespeare, and what the running Python brings."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from layerwise import data, paths
from layerwise.data import _examples, texts
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError


def letters(text):
    return re.sub(r"[^a-z]", "", text.lower())


# Spam -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spam():
    return data.load("spam")


def test_spam_is_split_by_group_and_nothing_stands_in_both_parts(spam):
    assert len(spam.x_train) == len(spam.y_train) == len(spam.group_train) == 4181
    assert len(spam.x_test) == len(spam.y_test) == len(spam.group_test) == 1156
    assert spam.classes == ("ham", "spam") and spam.y_train.dtype == "int64" and spam.x_train.dtype == object
    assert 0.25 < spam.y_train.mean() < 0.35 and 0.25 < spam.y_test.mean() < 0.35
    assert not set(spam.group_train) & set(spam.group_test)
    assert not {letters(x) for x in spam.x_train} & {letters(x) for x in spam.x_test}
    starts = [{letters(x.partition("\n")[2])[:60] for x in part} for part in (spam.x_train, spam.x_test)]
    assert not starts[0] & starts[1]


def test_spam_holds_no_address_and_no_mark_of_its_collectors(spam):
    whole = "\n".join([*spam.x_train, *spam.x_test])
    assert not re.search(r"[\w.]+@[\w-]+\.[a-z]{2,}", whole)
    assert not re.search(r"https?://|www\.\w", whole)
    assert not re.search(r"(?i)spamassassin|taint\.org|\bzzzz+\b|netnoteinc|mailman/listinfo", whole)
    assert not re.search(r"(?<![\d.])\+\d[\d ]{9,}\d", whole)
    assert "[email]" in whole and "[link]" in whole and "[number]" in whole
    assert all(20 < len(text) <= 900 for text in spam.x_train)


def test_a_linear_model_on_spam_is_good_and_not_perfect(spam):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer()
    model = LogisticRegression(tol=1e-3).fit(words.fit_transform(spam.x_train), spam.y_train)
    assert 0.91 < model.score(words.transform(spam.x_test), spam.y_test) < 0.975


def test_the_mail_that_the_sample_is_made_of_is_cleaned():
    from layerwise.authoring.bundles import texts as maker

    mail = (
        b"From: a@b.com\nSubject: [ILUG] Re: Cheap flights to Dublin\nContent-Type: text/html; charset=iso-8859-1\n\n"
        b"<html><title>no</title><style>x{}</style><p>Caf\xe9 news, write to sales@cheap.example.com or "
        b"call +353 1 234 5678.</p>"
        b"<p>See http://cheap.example.com/x?id=7 today for SpamAssassin.</p>\n<p>____________________________</p>\n"
        b"<p>Irish Linux Users' Group: ilug@linux.ie</p></html>"
    )
    assert maker.cleaned(mail) == (
        "Re: Cheap flights to Dublin\nCafé news, write to [email] or call [number].\nSee [link] today for [filter]."
    )
    assert maker.cleaned(b"Subject: hi\n\nshort") == ""


def test_mails_of_one_conversation_share_a_group():
    from layerwise.authoring.bundles import texts as maker

    body = "we meet at the old bridge on sunday and then walk along the river to the mill"
    mails = [
        f"A walk on Sunday\n{body}", "Re: A walk on Sunday\nSplendid, I shall bring my sister and some cake for us",
        f"Fwd\nHe wrote: {body} and back", "Lunch\nCan we eat at noon in the small place near the station tomorrow",
    ]
    group = maker.groups(mails)
    assert group[0] == group[1] == group[2] != group[3]


def test_the_samples_are_packed_the_same_each_time():
    from layerwise.authoring.bundles import texts as maker

    lists = {"x": ["é", "b"], "y": [0, 1]}
    assert maker.pack(lists) == maker.pack(lists)
    assert json.loads(gzip.decompress(maker.pack(lists)).decode("utf-8")) == lists


# First names ----------------------------------------------------------------------------------------------------------


def test_first_names_are_told_by_their_last_letter_only_in_part():
    names = data.load("first_names")
    assert names.classes == ("female", "male") and len(names.x) == len(names.y) == 8003
    assert len(set(names.x)) == len(names.x) and not set(names.both) & set(names.x)
    assert names.y[list(names.x).index("Ophelia")] == 0 and names.y[list(names.x).index("Horatio")] == 1
    cut, last = 6400, np.array([name[-1] for name in names.x])
    male = {letter: names.y[:cut][last[:cut] == letter].mean() > 0.5 for letter in set(last[:cut])}
    right = np.mean([male.get(letter, False) == y for letter, y in zip(last[cut:], names.y[cut:], strict=True)])
    assert 0.68 < right < 0.85
    assert 1 - names.y.mean() < right - 0.05  # better than always "female"


@pytest.mark.parametrize("name", ["spam", "first_names", "python_source", "english"])
def test_it_loads_in_a_moment(name):
    data.load(name)
    start = time.process_time()
    data.load(name)
    assert time.process_time() - start < 1


# Damaged files --------------------------------------------------------------------------------------------------------

WHOLE = {
    "x_train": ["a b", "c"], "y_train": [0, 1], "group_train": [0, 1],
    "x_test": ["d"], "y_test": [1], "group_test": [2],
}


@pytest.fixture
def sample(tmp_path):
    """A folder with the card of spam, without the hash, and a tiny sample; returns the sample's path."""
    folder = tmp_path / "bundled" / "spam"
    folder.mkdir(parents=True)
    card = (paths.bundled() / "spam" / "card.toml").read_text(encoding="utf-8")
    (folder / "card.toml").write_text(re.sub(r'\nsha256 = .*', "", card), encoding="utf-8")
    path = folder / "spam.json.gz"
    path.write_bytes(gzip.compress(json.dumps(WHOLE).encode()))
    return path


def load(sample):
    return texts.load("spam", folder=sample.parents[1])


def test_a_small_sample_is_read(sample):
    assert load(sample).x_train.tolist() == ["a b", "c"] and load(sample).y_test.tolist() == [1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(json.dumps(WHOLE).encode())[:-12], "cut short or is no gzip"),
        (b"<html>log in</html>", "no gzip"),
        (b"", "holds no text|no gzip"),
        (gzip.compress(b""), "holds no text"),
        (gzip.compress(json.dumps(WHOLE).encode()[:-9]), "cut short or is no JSON"),
        (gzip.compress('{"x_train": ["Köln"]}'.encode("latin-1")), "not written in UTF-8.*0xf6.*latin-1"),
        (gzip.compress(json.dumps(WHOLE).encode("utf-16")), "UTF-16"),
        (gzip.compress(json.dumps({**WHOLE, "x_test": []}).encode()), "holds no array 'x_test'"),
        (gzip.compress(json.dumps({"x_train": ["a b", "c"], "y_train": [0, 1]}).encode()), "no array 'group_train'"),
        (gzip.compress(json.dumps({**WHOLE, "y_train": [0, "1"]}).encode()), "something else than numbers in y_train"),
        (gzip.compress(json.dumps({**WHOLE, "x_train": ["a", ""]}).encode()), "something else than texts in x_train"),
        (gzip.compress(json.dumps({**WHOLE, "y_train": [0]}).encode()), "unequal length: x_train 2, y_train 1"),
        (gzip.compress(b"[1, 2]"), "holds no array"),
    ],
)
def test_a_damaged_sample_says_what_and_how_to_bring_it_back(sample, content, says):
    sample.write_bytes(content)
    with pytest.raises(CourseError, match=f"(?s)bundled sample of 'spam'.*({says}).*git checkout"):
        load(sample)


def test_a_sample_with_a_byte_order_mark_is_read(sample):
    sample.write_bytes(gzip.compress(json.dumps(WHOLE).encode("utf-8-sig")))
    assert load(sample).x_train.tolist() == ["a b", "c"]


def test_a_gzip_bomb_is_refused(sample, monkeypatch):
    monkeypatch.setattr(texts, "_LARGEST", 50)
    with pytest.raises(CourseError, match="unpacks to more than"):
        load(sample)


def test_a_missing_or_changed_sample_is_named(tmp_path):
    shutil.copytree(paths.bundled() / "spam", tmp_path / "spam")
    path = tmp_path / "spam" / "spam.json.gz"
    path.write_bytes(gzip.compress(json.dumps(WHOLE).encode()))
    with pytest.raises(CourseError, match="its hash differs"):
        texts.load("spam", folder=tmp_path)
    path.unlink()
    with pytest.raises(CourseError, match="is missing"):
        texts.load("spam", folder=tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Götz von Berlichingen".encode("latin-1"), r"not written in UTF-8: byte 0xf6 at position 1"),
        ("Götz".encode("utf-16"), "UTF-16"), (b"", "holds no text"), (b" \n\t", "holds no text"),
    ],
)
def test_a_text_in_another_encoding_is_refused(tmp_path, content, says):
    (tmp_path / "text").write_bytes(content)
    with pytest.raises(Damaged, match=says):
        texts.read_text(tmp_path / "text")


def test_line_ends_and_byte_order_mark_do_not_reach_the_text(tmp_path):
    (tmp_path / "text").write_bytes("Oh\r\nmy\rGötz\n".encode("utf-8-sig"))
    assert texts.read_text(tmp_path / "text") == "Oh\nmy\nGötz\n"


# Shakespeare ----------------------------------------------------------------------------------------------------------


@pytest.mark.mirror("tinyshakespeare.txt")
def test_the_mirror_has_shakespeare():
    shakespeare = data.load("shakespeare")
    assert shakespeare.source == "mirror" and len(shakespeare.text) == 1_115_394
    assert shakespeare.text.startswith("First Citizen:\nBefore we proceed") and len(set(shakespeare.text)) == 65
    assert "First Citizen" in shakespeare._repr_html_()


@pytest.mark.parametrize("source", ["auto", "official", "best"])
def test_without_shakespeare_another_text_is_named(source, monkeypatch):
    monkeypatch.delenv("LAYERWISE_MIRROR", raising=False)
    with pytest.raises(CourseError, match=r'LAYERWISE_MIRROR.*data\.load\("english"\)'):
        texts.load("shakespeare", source=source, address="http://127.0.0.1:9/shakespeare.txt")


def test_a_changed_shakespeare_in_the_mirror_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    (tmp_path / "tinyshakespeare.txt").write_text("First Citizen:\nBefore we")
    with pytest.raises(CourseError, match=r"hash differs.*was not used"):
        data.load("shakespeare")


# What the running Python brings ---------------------------------------------------------------------------------------


def test_python_source_is_read_from_the_running_python():
    import platform

    source = data.load("python_source")
    assert source.source == "live" and str(source.python) == platform.python_version().rstrip("+")
    assert str(source.python) in source._repr_html_()
    assert len(source.x) == len(source.package) == len(source.module) > 100
    assert 4_000_000 <= sum(map(len, source.x)) < 8_000_000
    assert len(set(source.package)) > 20 and "json" in set(source.package)
    decoder = source.x[list(source.module).index("json.decoder")]
    assert "class JSONDecoder" in decoder
    assert not any(re.search(r"(^|\.)(test|tests|idle_test|site-packages)(\.|$)", module) for module in source.module)
    assert all(module.split(".")[0] == package for module, package in zip(source.module, source.package, strict=True))


def test_python_source_is_the_same_each_time_and_grows_with_size():
    one, two = (data.load("python_source", size=300_000) for _ in range(2))
    assert one.x.tolist() == two.x.tolist()
    more = data.load("python_source", size=900_000)
    assert more.module[: len(one.module)].tolist() == one.module.tolist() and len(more.x) > len(one.x)


def test_source_that_cannot_be_decoded_is_left_out(tmp_path, monkeypatch):
    import sysconfig

    (tmp_path / "tests").mkdir()
    body = "# " + "x" * 300 + "\n"
    (tmp_path / "good.py").write_text(body)
    (tmp_path / "latin.py").write_bytes("# -*- coding: latin-1 -*-\nname = 'Götz'\n".encode("latin-1") + body.encode())
    (tmp_path / "bad.py").write_bytes(b"name = 'G\xf6tz'\n" + body.encode())
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "table.py").write_text("x = [" + "1," * 200_000 + "]")
    (tmp_path / "tests" / "check.py").write_text(body)
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    got = texts.python_source(size=10_000)
    assert sorted(got["module"]) == ["good", "latin"] and "Götz" in "".join(got["x"])
    for path in tmp_path.glob("*.py"):
        path.unlink()
    with pytest.raises(CourseError, match="brings no source"):
        texts.python_source(size=10_000)


def test_english_is_prose_and_not_code():
    english = data.load("english")
    assert len(english.text) > 150_000 and len(english.x) > 500
    assert "\n\n".join(english.x) == english.text and len(set(english.x)) == len(english.x)
    assert not re.search(r"::=|>>>|\n[=*~-]{4}|\+---", english.text)
    assert texts.prose("Statement ::= a list of plain words that goes on for quite a while.") == []
    assert texts.prose("A list of plain words that goes on for\nquite a while.") != []
    shares = [sum(c.isalpha() or c.isspace() for c in paragraph) / len(paragraph) for paragraph in english.x]
    assert np.mean(shares) > 0.9 and min(map(len, english.x)) > 20
    short = data.load("english", size=10_000)
    assert 8_000 < len(short.text) <= 10_000 and str(short.python) in short._repr_html_()


def test_a_python_without_help_texts_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(CourseError, match="pydoc_data is missing"):
        data.load("english")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sise": 5000}, 'takes no \'sise\'; it takes size. Did you mean "size"'), ({"size": 10}, "at least 1,000"),
        ({"size": "all"}, "'all'; a whole number"), ({"size": 1e6}, "a whole number"),
        ({"size": True}, "a whole number"),
    ],
)
def test_odd_options_are_refused(options, says):
    with pytest.raises(CourseError, match=says):
        data.load("english", **options)


# Cards ----------------------------------------------------------------------------------------------------------------


def test_a_card_quotes_texts_and_escapes_them(spam):
    page = _examples.of(spam)
    assert ">ham</td>" in page and ">spam</td>" in page
    arrays = {"x": np.array(["<script>" * 9, "b" * 30], dtype=object), "y": np.array([0, 1])}
    odd = type(spam)(**{**vars(spam), "arrays": arrays})
    assert "<script>" not in _examples.of(odd) and "&lt;script&gt;" in _examples.of(odd)
    names = _examples.of(data.load("first_names"))
    assert names.count(", ") > 10
    assert "<code" in _examples.of(data.load("python_source", size=50_000))


def test_importing_the_module_imports_nothing_heavy():
    code = (
        "import sys; from layerwise.data import texts, writing; "
        "print([m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
