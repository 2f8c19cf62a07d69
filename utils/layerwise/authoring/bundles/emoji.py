"""Make the captioned pictures of ``data/emoji``: one sheet of pictures and one table of their names.

    npm pack emoji-datasource-google@16.0.0 && mkdir google && tar xzf emoji-datasource-google-16.0.0.tgz -C google
    npm pack emojibase-data@17.0.0 && mkdir names && tar xzf emojibase-data-17.0.0.tgz -C names
    python -m layerwise.authoring.bundles.emoji google/package names/package

The sheet is WebP without loss. Before, colours are rounded to steps of 4 (of 256) and opacity to steps of 8, which
nobody can see and which saves a third of the bytes; colours under wholly transparent pixels are made white.
"""

import argparse
import csv
import gzip
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from layerwise.authoring.bundles import _pack
from layerwise.data import emoji

LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "et", "lt", "pl", "hu", "ru", "uk", "hi", "bn",
    "th", "vi", "ms", "ja", "ko", "zh",
)
# One whole subgroup out of each group, so that zero-shot models meet words and shapes that training never showed.
UNSEEN = (
    "cat-face", "person-sport", "animal-bird", "food-vegetable", "transport-water", "award-medal", "musical-instrument",
    "geometric", "subdivision-flag",
)
TEST_EVERY, TEST_AT = 6, 3  # of the other families of pictures, in Unicode's order within their subgroup
_WRONG = {"1F1E8-1F1F6"}  # the package has the flag of Saudi Arabia under the name of Sark
_PEOPLE = {"1F468": "person", "1F469": "person", "1F9D1": "person"}
_VARIANTS = {"200D", "FE0F", "2640", "2642", "27A1"}  # joiner, colour, woman, man, facing right


def family(code):
    """Return what a picture shares with its variants: "man running" and "woman running facing right" are one family.

    Args:
        code: Its characters' numbers, such as "1F3C3-200D-2642-FE0F".
    """
    return tuple(_PEOPLE.get(part, part) for part in code.split("-") if part not in _VARIANTS)


def rows(pictures, names):
    """Return one dict for each emoji, in the order of their parts and then in Unicode's.

    Args:
        pictures: The unpacked package with the pictures.
        names: The unpacked package with the names.
    """
    listed = json.loads((pictures / "emoji.json").read_text(encoding="utf-8"))
    spoken = {
        language: {
            one["hexcode"].replace("-FE0F", ""): one
            for one in json.loads((names / language / "data.json").read_text(encoding="utf-8"))
        }
        for language in LANGUAGES
    }
    meta = json.loads((names / "meta" / "groups.json").read_text(encoding="utf-8"))
    found, families = [], {}
    for one in sorted(listed, key=lambda one: one["sort_order"]):
        if not one["has_img_google"] or one["category"] == "Component" or one["unified"] in _WRONG:
            continue
        named = {language: spoken[language][one["unified"].replace("-FE0F", "")] for language in LANGUAGES}
        image = picture(pictures / "img" / "google" / "64" / one["image"])
        # The flags of some territories are the same picture as their country's: such belong to one family, too.
        key = families.setdefault(image.tobytes(), families.setdefault(family(one["unified"]), one["unified"]))
        found.append({
            "picture": image, "family": key, "emoji": named["en"]["emoji"],
            "group": meta["groups"][str(named["en"]["group"])].replace("-", " and "),
            "subgroup": meta["subgroups"][str(named["en"]["subgroup"])],
            "keywords": ", ".join(named["en"].get("tags", ())),
            **{language: named[language]["label"] for language in LANGUAGES},
        })
    seen = {}
    for one in found:
        place = seen.setdefault(one["subgroup"], {})
        at = place.setdefault(one["family"], len(place))
        one["part"] = "unseen" if one["subgroup"] in UNSEEN else "test" if at % TEST_EVERY == TEST_AT else "train"
    return sorted(found, key=lambda one: emoji.PARTS.index(one["part"]))  # stable: Unicode's order within a part


def picture(path):
    """Return a picture as RGBA with rounded values, white where it is wholly transparent."""
    with Image.open(path) as image:
        values = np.array(image.convert("RGBA"))
    if values.shape != (emoji.SIDE, emoji.SIDE, 4):
        raise SystemExit(f"{path} has the shape {values.shape}.")
    steps = np.array([4, 4, 4, 8])
    values = np.clip((values + steps // 2) // steps * steps, 0, 255).astype("uint8")
    values[values[..., 3] == 0] = (255, 255, 255, 0)
    return values


def sheet(pictures):
    """Return pictures on one sheet as the bytes of a WebP file without loss."""
    high = -(-len(pictures) // emoji.ACROSS)
    whole = np.full((high * emoji.ACROSS, emoji.SIDE, emoji.SIDE, 4), (255, 255, 255, 0), "uint8")
    whole[: len(pictures)] = pictures
    whole = whole.reshape(high, emoji.ACROSS, emoji.SIDE, emoji.SIDE, 4).swapaxes(1, 2)
    packed = io.BytesIO()
    Image.fromarray(whole.reshape(high * emoji.SIDE, emoji.ACROSS * emoji.SIDE, 4)).save(
        packed, "WEBP", lossless=True, exact=True, quality=100, method=4
    )
    return packed.getvalue()


def table(found):
    """Return the names as the bytes of a packed table with tabs between its columns."""
    columns = [*emoji.COLUMNS, *LANGUAGES]
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerows([columns, *([one[column] for column in columns] for one in found)])
    return gzip.compress(text.getvalue().encode("utf-8"), 9, mtime=0)


def main():
    """Read both packages and write the sheet and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", type=Path, help="the unpacked package emoji-datasource-google")
    parser.add_argument("names", type=Path, help="the unpacked package emojibase-data")
    options = parser.parse_args()
    found = rows(options.pictures, options.names)
    files = {"emoji.webp": sheet([one["picture"] for one in found]), "names.tsv.gz": table(found)}
    _pack.write("emoji", files)


if __name__ == "__main__":
    main()
