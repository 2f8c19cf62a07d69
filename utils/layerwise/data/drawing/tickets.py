"""Draw letters to the support desk of an invented company, from wordings that people of this course wrote.

The wordings stand in ``data/support_tickets/phrases.toml``, the help pages and questions on them in ``articles.toml``.
"""

import re

PARTS = ("train", "test")
SENTIMENTS = ("friendly", "neutral", "angry")
PRIORITIES = ("low", "normal", "high", "urgent")

_TEST = 0.25  # share of the tickets that is for testing
_NEW = 0.5  # share of the test tickets in wordings that training has not
_MISFILED = 0.04  # share of the training tickets that the desk filed under the wrong intent
# Where a hurried desk files a ticket instead.
_NEAR = {
    "delivery": "return", "return": "refund", "refund": "invoice", "invoice": "refund", "cancel": "upgrade",
    "login": "details", "lost_or_stolen": "login", "outage": "complaint", "details": "login", "upgrade": "cancel",
    "complaint": "other", "other": "complaint",
}
# How often each intent comes, and each tone of a letter.
_OFTEN = {
    "delivery": 13, "return": 9, "refund": 9, "invoice": 10, "cancel": 9, "login": 10, "lost_or_stolen": 6,
    "outage": 11, "details": 6, "upgrade": 8, "complaint": 7, "other": 7,
}
_TONES = {"neutral": 33, "polite": 20, "chatty": 14, "terse": 17, "angry": 16}
_FEELING = {"polite": "friendly", "chatty": "friendly", "neutral": "neutral", "terse": "neutral", "angry": "angry"}
_NAMES = (
    "Aisha Bello", "Tom Archer", "Priya Nair", "Jonas Weber", "Maeve Doyle", "Carlos Pinto", "Hannah Lowe",
    "Yusuf Demir", "Grace Okafor", "Liam Burke", "Sofia Rossi", "Daniel Hughes", "Mei Tan", "Owen Price", "Zofia Nowak",
    "Ruth Adler", "Samir Haddad", "Ella Strand", "Victor Moreau", "Nadia Petrova", "George Mensah", "Iris Kowal",
    "Ben Fielding", "Ana Costa",
)
_BARE = ("", "Question", "Help", "Norrow", "<order>", "Request", "Please read", "A problem")
_SECOND = ("{One more thing|Also|And another thing|While I am writing}: ", "{By the way|Besides}, ", "PS: ")


class Dice:
    """Random choices, taken from the generator in blocks, because one call for each would be slow."""

    def __init__(self, seed):
        import numpy as np

        self._rng, self._left = np.random.default_rng(seed), []

    def number(self):
        """Return a number in [0, 1)."""
        if not self._left:
            self._left = self._rng.random(20_000).tolist()
        return self._left.pop()

    def under(self, limit):
        """Return a whole number from 0 to `limit` - 1."""
        return int(self.number() * limit)

    def one(self, things):
        """Return one of some things."""
        return things[int(self.number() * len(things))]

    def weighed(self, weights):
        """Return a key of a dict, as often as its weight says."""
        at = self.number() * sum(weights.values())
        for key, weight in weights.items():
            at -= weight
            if at < 0:
                return key
        return key  # of a sum that was rounded


def filled(text, dice, words):
    """Return a wording with each choice made and each slot filled.

    Args:
        text: Such as ``"{Where|When} is my <item>?"``.
        dice: A `Dice`.
        words: A dict from a slot's name to a list of words, or to a function of the dice.

    Example:
        >>> filled("{Hello|Hello} <who>", Dice(0), {"who": ["world"]})
        'Hello world'
    """
    while "{" in text:
        text = re.sub(r"\{([^{}]*)\}", lambda match: dice.one(match[1].split("|")), text)

    def word(match):
        known = words[match[1]]
        return known(dice) if callable(known) else dice.one(known)

    text = re.sub(r"<(\w+)>", word, text)
    text = re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)
    return re.sub(r" {2,}", " ", text).strip()


def draw(phrases, articles, *, size, seed):
    """Return the arrays of the support tickets.

    Args:
        phrases: The content of ``phrases.toml``.
        articles: The content of ``articles.toml``.
        size: How many tickets.
        seed: A whole number.
    """
    import numpy as np
    import pandas as pd

    dice = Dice(seed)
    words = {**phrases["words"], "name": _NAMES, "order": lambda d: f"N-{10_000 + d.under(90_000)}", "amount": _amount}
    intents = {intent["name"]: intent for intent in phrases["intent"]}
    classes = tuple(intents)
    pages = {page["id"]: number for number, page in enumerate(articles["article"])}
    customers = max(1, size // 3)
    rows, seen = [], set()
    for number in range(size):
        test = number >= size - round(size * _TEST)
        for _ in range(40):
            ticket = _ticket(dice, phrases, intents, words, test=test, customers=customers)
            key = "".join(re.findall(r"[a-z]+", f"{ticket['subject']} {ticket['body']}".lower()))
            if key not in seen:
                break
        seen.add(key)
        rows.append({"part": PARTS[test], **ticket})
    # Letters come by day more than by night, over two years.
    start = np.datetime64("2024-01-01T00:00")
    when = np.array([dice.under(731) * 1440 + 480 + int(720 * (dice.number() + dice.number()) / 2) for _ in rows])
    table = pd.DataFrame(rows)
    table.insert(1, "received", start + when.astype("timedelta64[m]"))
    texts = (table["subject"] + "\n" + table["body"]).str.strip().to_numpy(dtype=object)
    filed = table["intent"].map(classes.index).to_numpy(dtype="int64")
    true = table["true_intent"].map(classes.index).to_numpy(dtype="int64")
    page = table["article"].map(lambda one: pages.get(one, -1)).to_numpy(dtype="int64")
    arrays = {}
    for part in PARTS:
        here = (table["part"] == part).to_numpy()
        arrays |= {f"x_{part}": texts[here], f"y_{part}": filed[here], f"article_{part}": page[here]}
        if part == "train":
            arrays["true_train"] = true[here]
        else:
            arrays["new_test"] = table["new_wording"].to_numpy(dtype=bool)[here]
    asked = [
        {"question": one["ask"], "answer": one["answer"], "article": pages[article["id"]]}
        for article in articles["article"] for one in article["question"]
    ]
    return {
        **arrays, "table": table, "classes": classes, "questions": pd.DataFrame(asked),
        "articles": pd.DataFrame([{key: one[key] for key in ("id", "title", "text")} for one in articles["article"]]),
    }


def _amount(dice):
    return f"£{14 + dice.under(140)}.{dice.one(('00', '50', '90', '99', '20'))}"


def _ticket(dice, phrases, intents, words, *, test, customers):
    """Return one ticket as a dict."""
    name = dice.weighed(_OFTEN)
    intent = intents[name]
    case = dice.one(intent["case"])
    new = test and dice.number() < _NEW
    part = "test" if new else "train"
    tones = {**_TONES, "angry": 45} if name == "complaint" else _TONES
    tone = dice.weighed({one: often for one, often in tones.items() if one in case.get("tones", _TONES)})
    person = dice.one(_NAMES)
    # What the letter is about stays the same thing in all of its sentences.
    known = {slot: [choice(dice) if callable(choice) else dice.one(choice)] for slot, choice in words.items()}
    known["name"] = [person]
    words = {**words, "name": [person], "order": known["order"], "plan": known["plan"]}

    def say(text):
        return filled(text, dice, words)

    body = [filled(dice.one(case[part]), dice, known)]
    second = ""
    if tone != "terse":
        fitting = [aside["say"] for aside in phrases["aside"][part] if name not in aside["not"]]
        for often, place in ((0.45, dice.under(2)), (0.3, 2)):
            if name != "other" and case["article"] != "bereavement" and dice.number() < often:
                body.insert(place, say(fitting.pop(dice.under(len(fitting)))))
        if dice.number() < (0.85 if tone == "angry" else 0.35):
            body.insert(dice.under(len(body) + 1), say(dice.one(phrases["mood"][tone])))
        if name != "other" and case["article"] != "bereavement" and dice.number() < 0.12:
            second = dice.one([one for one in intents if one not in (name, "other")])
            lead, wish = say(dice.one(_SECOND)), say(dice.one(intents[second]["case"][0][part]))
            body.append(f"{lead} {_lowered(wish)}")
    body = list(dict.fromkeys(sentence for sentence in body if sentence))
    text = " ".join(body)
    subject = filled(dice.one(case["subjects"] if dice.number() < 0.6 else _BARE), dice, known)
    text, subject = _toned(text, subject, tone, dice)
    ends = [say(dice.one(phrases[end][tone])) for end in ("greeting", "closing")]
    signed = person if tone == "polite" else person.split()[0] if dice.number() < 0.6 and tone != "terse" else ""
    body = "\n".join(line for line in (ends[0], text, ends[1], signed) if line)
    priority = PRIORITIES.index(intent["priority"]) + (tone == "angry" and dice.number() < 0.5)
    filed = _NEAR[name] if not test and dice.number() < _MISFILED else name
    return {
        "customer": f"C{1 + int(customers * dice.number() ** 1.5):04d}", "subject": subject, "body": body,
        "intent": filed, "true_intent": name, "second_intent": second, "queue": intents[filed]["queue"],
        "priority": PRIORITIES[min(priority, 3)], "sentiment": _FEELING[tone], "article": case["article"],
        "new_wording": new,
    }


def _lowered(sentence):
    """Return a sentence as it goes on behind a colon; "I" and names stay."""
    first = sentence.split(" ", 1)[0]
    return sentence if first in ("I", "I'm", "I've", "Norrow") else sentence[0].lower() + sentence[1:]


def _toned(text, subject, tone, dice):
    """Return a letter and its subject as somebody of that temper types them."""
    if tone == "terse":
        text = re.sub(r"^(Could|Can) you (please )?", "pls ", text)
        text = re.sub(r"\b(please|kindly) ", "", text, flags=re.IGNORECASE) if dice.number() < 0.5 else text
        text = text.lower() if dice.number() < 0.8 else text
        text = re.sub(r"(?<=\w)\.$", "", text)
        subject = subject.lower()
    elif tone == "angry" and dice.number() < 0.35:
        text = re.sub(r"\.( |$)", lambda match: f"{dice.one(('!', '!!', '.', '!!!'))}{match[1]}", text)
        subject = subject.upper() if dice.number() < 0.3 else subject
    elif dice.number() < 0.3:
        for long, short in (("I am ", "I'm "), ("do not ", "don't "), ("cannot ", "can't "), ("It is", "It's")):
            text = text.replace(long, short)
    often = {"terse": 0.5, "angry": 0.35, "chatty": 0.3, "neutral": 0.15}.get(tone, 0.05)
    if dice.number() < often:
        text = misspelt(text, dice, 1 + dice.under(3))
    return text, subject


def misspelt(text, dice, count):
    """Return a text with typing mistakes in a few longer words: letters swapped, left out or doubled, no apostrophe."""
    words = text.split(" ")
    for _ in range(count):
        at = dice.under(len(words))
        word = words[at]
        if "'" in word:
            words[at] = word.replace("'", "")
        elif len(word) > 4 and word.isalpha():
            k = 1 + dice.under(len(word) - 2)
            before, letter, following = word[:k], word[k], word[k + 1 :]
            words[at] = before + dice.one((following[0] + letter + following[1:], following, 2 * letter + following))
    return " ".join(words)
