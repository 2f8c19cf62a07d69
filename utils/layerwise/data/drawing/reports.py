"""Draw quarterly reports of invented companies, some of which run into trouble that their words announce.

The wordings stand in ``data/company_reports/phrases.toml``. What happens to a company is drawn first: most do well,
some have a rough patch and recover, some default, some must correct their accounts. A hidden stress between 0 and 1
follows from that; it moves the figures and makes warnings likelier in the text. The reader sees figures and text only.
"""

from layerwise.data.drawing.tickets import Dice, filled

AHEAD = 4  # quarters: the class says whether trouble comes within so many
OUTCOMES = {"well": 40, "rough patch": 26, "default": 20, "restatement": 14}

_FIRST_YEAR = 2016
_TEST = 3  # of ten companies
_NEW = 0.5  # share of sentences of the test companies in wordings that training has not
_NTH = ("first", "second", "third", "fourth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)
# How likely each sign is in a report: with no stress, and beside that at full stress before a default or a restatement.
_SIGNS = {
    "liquidity": (0.02, 0.75, 0.10), "covenant": (0.015, 0.60, 0.05), "going_concern": (0.0, 0.35, 0.05),
    "receivables": (0.03, 0.15, 0.70), "auditor": (0.015, 0.12, 0.45), "delay": (0.03, 0.25, 0.50),
    "impairment": (0.06, 0.25, 0.30), "supplier": (0.02, 0.45, 0.05), "management": (0.03, 0.25, 0.30),
    "inquiry": (0.015, 0.05, 0.45),
}
_HARMLESS = 0.17  # how likely a sentence with the words of a sign, but without the sign
_SECTIONS = ("results", "segment", "receivable", "cash", "end")


def draw(phrases, *, size, quarters, seed):
    """Return the arrays of the company reports.

    Args:
        phrases: The content of ``phrases.toml``.
        size: How many companies.
        quarters: For how many quarters each reports, at most; nobody reports after trouble has come.
        seed: A whole number.
    """
    import numpy as np
    import pandas as pd

    dice = Dice(seed)
    names = _names(dice, phrases, size)
    companies, reports, sentences = [], [], []
    for number, (name, sector) in enumerate(names):
        part = "test" if number % 10 in (2, 5, 8)[:_TEST] else "train"
        company = _company(dice, number, name, sector, quarters, part)
        for quarter in range(min(quarters, company["ends"])):
            figures = _figures(dice, company, quarter)
            told = _report(dice, phrases, company, figures)
            row = len(reports)
            reports.append({
                "part": part, "company": number, "name": name, "sector": sector, "quarter": figures.pop("label"),
                **{key: value for key, value in figures.items() if key not in ("stress", "nth")},
                "trouble": int(company["ends"] - quarter <= AHEAD and company["outcome"] in ("default", "restatement")),
                "warnings": sum(sign != "" for _, sign in told), "text": " ".join(sentence for sentence, _ in told),
            })
            sentences += [
                {"report": row, "position": at, "sentence": sentence, "warning": sign}
                for at, (sentence, sign) in enumerate(told)
            ]
        seen = company["ends"] <= quarters
        companies.append({
            "company": number, "part": part, "name": name, "sector": sector, "outcome": company["outcome"],
            "trouble_quarter": _label(company["ends"]) if company["outcome"] in ("default", "restatement") else "",
            "trouble_seen": seen and company["outcome"] in ("default", "restatement"),
        })
    table = pd.DataFrame(reports)
    arrays = {}
    for part in ("train", "test"):
        here = (table["part"] == part).to_numpy()
        arrays[f"x_{part}"] = table["text"].to_numpy(dtype=object)[here]
        arrays[f"y_{part}"] = table["trouble"].to_numpy(dtype="int64")[here]
        arrays[f"company_{part}"] = table["company"].to_numpy(dtype="int64")[here]
        arrays[f"report_{part}"] = np.flatnonzero(here)
    return {**arrays, "table": table, "sentences": pd.DataFrame(sentences), "companies": pd.DataFrame(companies)}


def _names(dice, phrases, size):
    """Return names, none twice, and sectors."""
    found, sectors = {}, list(phrases["sector"])
    while len(found) < size:
        sector = dice.one(sectors)
        name = dice.one(phrases["starts"]) + dice.one(phrases["ends"])
        if len(found) >= 0.6 * len(phrases["starts"]) * len(phrases["ends"]):  # most are taken: number them
            name += f" {2 + dice.under(98)}"
        found.setdefault(name, sector)
    return [(f"{name} {phrases['sector'][sector]['suffix']}", sector) for name, sector in found.items()]


def _company(dice, number, name, sector, quarters, part):
    """Return what a company is and what will happen to it."""
    outcome = dice.weighed(OUTCOMES)
    trouble = outcome in ("default", "restatement")
    ends = 5 + dice.under(quarters + AHEAD) if trouble else 10**6
    lead = 2 + dice.under(6)  # quarters between the first signs and the trouble
    return {
        "number": number, "name": name, "sector": sector, "part": part, "outcome": outcome, "ends": ends, "lead": lead,
        "kind": outcome if trouble else dice.one(("default", "default", "restatement")),
        "patch": 2 + dice.under(max(quarters - 4, 1)), "width": 1 + 2 * dice.number(),
        "height": 0.35 + 0.5 * dice.number(), "open": 0.6 + 0.6 * dice.number(),  # how much it admits
        "revenue": 25 * 30 ** dice.number(), "growth": 0.004 + 0.02 * (dice.number() - 0.4),
        "margin": 0.04 + 0.08 * dice.number(), "season": 0.12 * dice.number(), "peak": dice.under(4),
        "days": 40 + 30 * dice.number(), "cash": 0.15 + 0.5 * dice.number(),
        "debt": 0.3 + 1.5 * dice.number(), "file": 32 + 10 * dice.number(), "staff": 4 + 6 * dice.number(),
        "drift": 0.1 * dice.number(), "auditor": dice.under(1000),
        "said": set(),  # wordings of signs that it has used: an event happens once
    }


def stress(company, quarter):
    """Return the hidden stress of a company in a quarter, between 0 and 1, without the noise.

    Example:
        >>> troubled = {"outcome": "default", "ends": 8, "lead": 4, "drift": 0.05}
        >>> [round(stress(troubled, quarter), 4) for quarter in (3, 5, 7)]
        [0.05, 0.525, 1.0]
    """
    import math

    if company["outcome"] in ("default", "restatement"):
        left = company["ends"] - 1 - quarter
        rise = max(0.0, 1 - left / company["lead"])
        return max(company["drift"], min(1.0, 0.05 + 0.95 * rise))
    if company["outcome"] == "rough patch":
        away = (quarter - company["patch"]) / company["width"]
        return max(company["drift"], company["height"] * math.exp(-(away**2)))
    return company["drift"]


def _bell(dice):
    """Return a number around 0 with a deviation of about 1."""
    return (sum(dice.number() for _ in range(6)) - 3) * 1.414


def _label(quarter):
    return f"{_FIRST_YEAR + quarter // 4}Q{quarter % 4 + 1}"


def _figures(dice, company, quarter):
    """Return the figures of one quarter; money in millions."""
    level = min(1.0, max(0.0, stress(company, quarter) + 0.07 * _bell(dice)))
    hard = level if company["kind"] == "default" else 0.25 * level
    soft = level if company["kind"] == "restatement" else 0.3 * level
    season = 1 + company["season"] * (quarter % 4 == company["peak"])
    before = company["revenue"] * (1 + company["growth"]) ** (quarter - 4)
    revenue = company["revenue"] * (1 + company["growth"]) ** quarter
    revenue *= 1 - 0.12 * hard + 0.04 * soft + 0.03 * _bell(dice)
    margin = company["margin"] - 0.09 * hard + 0.012 * _bell(dice)
    days = company["days"] * (1 + 0.45 * soft + 0.07 * _bell(dice))
    return {
        "label": _label(quarter), "nth": quarter, "stress": level, "revenue": round(revenue * season, 1),
        "change": round(100 * (revenue / before - 1), 1), "operating_profit": round(revenue * season * margin, 1),
        "cash": round(max(0.3, revenue * company["cash"] * (1 - 0.6 * hard + 0.15 * _bell(dice))), 1),
        "debt": round(revenue * company["debt"] * (1 + 0.3 * hard + 0.05 * _bell(dice)), 1),
        "receivables": round(revenue * season * days / 91, 1), "days_of_sales": round(days),
        "days_to_report": round(max(18, company["file"] + 14 * level**2 + 2 * _bell(dice))),
    }


def _auditor(phrases, company, later):
    return phrases["auditors"][(company["auditor"] + later) % len(phrases["auditors"])]


def _report(dice, phrases, company, figures):
    """Return the sentences of a report, each with the name of the sign that it is, or ""."""
    quarter, level = figures["nth"], figures["stress"]
    sector = phrases["sector"][company["sector"]]
    money = {
        "revenue": figures["revenue"], "profit": abs(figures["operating_profit"]), "cash": figures["cash"],
        "debt": figures["debt"], "net": max(0.1, round(figures["debt"] - figures["cash"], 1)),
        "receivables": figures["receivables"],
        "invest": round(0.01 * figures["revenue"] * (1 + 4 * dice.number()) + 0.1, 1),
    }
    words = {
        **{key: [f"{value:,.1f} million"] for key, value in money.items()},
        "change": [f"{abs(figures['change']):.1f} per cent"], "dso": [str(figures["days_of_sales"])],
        "days": [str(figures["days_to_report"])], "guess": [f"{2 + dice.under(6)} per cent"],
        "margin": [f"{100 * figures['operating_profit'] / figures['revenue']:.1f} per cent"],
        "quarter": [f"{_NTH[quarter % 4]} quarter"], "next": [f"the {_NTH[(quarter + 1) % 4]} quarter"],
        "year": [str(_FIRST_YEAR + quarter // 4)], "year2": [str(_FIRST_YEAR + quarter // 4 + 1)],
        "month": [_MONTHS[3 * (quarter % 4) + k] for k in range(3)], "segment": sector["segments"],
        "staff": [f"{round(company['revenue'] * company['staff']):,}"], "city": phrases["cities"],
        "then": [f"{_NTH[(quarter + 1) % 4]} quarter"], "pay": [f"{2 + 3 * dice.number():.1f} per cent"],
        "person": phrases["people"], "auditor": [_auditor(phrases, company, 0)],
        "successor": [_auditor(phrases, company, 1)],
    }

    def say(wordings):
        return filled(dice.one(wordings), dice, words)

    def worded(table, name=""):
        """Return the wordings of the company's part."""
        new = company["part"] == "test" and dice.number() < _NEW
        return table[f"{name}{'test' if new else 'train'}"]

    change = figures["change"]
    well = dice.number() > 0.25 + 0.5 * level
    told = {section: [] for section in _SECTIONS}
    told["results"] += [
        (say(phrases["results"]["up" if change > 1.5 else "down" if change < -1.5 else "flat"]), ""),
        (say(phrases["profit"]["up" if figures["operating_profit"] > 0 else "down"]), ""),
    ]
    told["segment"] += [
        (say(phrases["segment"]["up" if well else "down"]), ""), (say(sector["good" if well else "bad"]), ""),
    ]
    if dice.number() < 0.5:
        told["segment"].append((say(sector["good" if dice.number() > level else "bad"]), ""))
    if dice.number() < 0.7:
        told["segment"].append((say(phrases["costs"]["up" if dice.number() < 0.4 + 0.3 * level else "down"]), ""))
    if dice.number() < 0.5:
        told["segment"].append((say(phrases["strategy"]["plain"]), ""))
    if dice.number() < 0.8:
        told["receivable"].append((say(phrases["receivable"]["plain"]), ""))
    told["cash"].append((say(phrases["cash"]["net_cash" if figures["cash"] > figures["debt"] else "plain"]), ""))
    signs = set()
    for sign in phrases["sign"]:
        base, before_default, before_restatement = _SIGNS[sign["name"]]
        slope = before_default if company["kind"] == "default" else before_restatement
        if dice.number() < base + slope * company["open"] * level**1.5 * 0.8:
            wordings = worded(sign)
            wordings = [one for one in wordings if one not in company["said"]] or wordings
            chosen = dice.one(wordings)
            company["said"].add(chosen)
            signs.add(sign["name"])
            told[sign["section"]].append((say([chosen]), sign["name"]))
            company["auditor"] += sign["name"] == "auditor" and ("resigned" in chosen or "appointed" in chosen)
        elif dice.number() < _HARMLESS and level < 0.65:
            told[sign["section"]].append((say(worded(sign, "harmless_")), ""))
    outlook = phrases["outlook"]
    if dice.number() < 0.06 + 0.8 * level:
        signs.add("hedging")
        last = (say(worded(outlook["hedged"])), "hedging")
    else:
        last = (say(outlook["firm" if dice.number() < 0.7 - 0.4 * level else "soft"]), "")
    if dice.number() < 0.5:
        call = dice.one(phrases["call"])
        evades = bool(signs.intersection(call["about"])) or dice.number() < 0.1 + 0.7 * level
        answer = say(call["evasive" if evades else "straight"])
        told["end"] += [(say(call["ask"]), ""), (answer, "hedging" if evades else "")]
    told["end"].append(last)
    for sentence in dict.fromkeys(say(phrases["boilerplate"]["plain"]) for _ in range(1 + dice.under(3))):
        told["end"].append((sentence, ""))
    return list(dict.fromkeys(one for section in _SECTIONS for one in told[section]))
