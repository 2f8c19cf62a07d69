"""Small tables for classification and regression: penguins, cars, tumours, wines, patients.

    penguins = data.load("penguins")
    penguins.table, penguins.target, penguins.classes
"""

import functools
import operator
from pathlib import Path

from layerwise.data import _sources
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError

# The column to predict, and how each column is read; a gap in a column of whole numbers makes them floats.
_BUNDLED = {
    "penguins": ("species", {
        "species": "str", "island": "str", "bill_length_mm": "float64", "bill_depth_mm": "float64",
        "flipper_length_mm": "float64", "body_mass_g": "float64", "sex": "str",
    }),
    "cars": ("mpg", {
        "mpg": "float64", "cylinders": "int64", "displacement": "float64", "horsepower": "float64", "weight": "int64",
        "acceleration": "float64", "model_year": "int64", "origin": "str", "name": "str",
    }),
}
# The column to predict, and the classes in the order in which scikit-learn numbers them.
_LIVE = {
    "breast_cancer": ("diagnosis", ("malignant", "benign")),
    "diabetes": ("progression", ()),
    "wine": ("cultivar", ("cultivar 1", "cultivar 2", "cultivar 3")),
}


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set with a ``table`` (a DataFrame) and its ``target`` (the name of the column to predict).

    Gaps stay gaps, and the columns are the original ones. Where the task is a classification, the target's column holds
    the names in ``classes``.

    Args:
        name: "breast_cancer", "cars", "diabetes", "penguins" or "wine".
        source: See `layerwise.data.load`.
        address: Not used: none of these has an official file.
        folder: The folder of the cards and the bundled samples; the course's own when None.
        options: For "diabetes" only, ``scaled=True`` gives the features as scikit-learn gives them unasked: centred,
            and scaled by all rows.
    """
    if not isinstance(options.get("scaled", False), bool):
        raise CourseError(f"scaled is {options['scaled']!r}; expected was True or False.")
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options,
        bundled=functools.partial(bundled, name),
        live=functools.partial(live, name) if name == "diabetes" else lambda: live(name),
    )


def bundled(name, files):
    """Return the table in the one CSV file of a bundled sample, and its target."""
    target, types = _BUNDLED[name]
    return {"table": read_csv(files[0], types), "target": target}


def live(name, *, scaled=False):
    """Return a table that comes with scikit-learn, and its target.

    Args:
        name: Its name in `sklearn.datasets`, without ``load_``.
        scaled: For "diabetes": True gives features that are centred and scaled, False the original units.
    """
    from sklearn import datasets

    target, classes = _LIVE[name]
    options = {"scaled": scaled} if name == "diabetes" else {}
    table = getattr(datasets, f"load_{name}")(as_frame=True, **options).frame.rename(columns={"target": target})
    if classes:
        table[target] = [classes[number] for number in table[target]]
    return {"table": table, "target": target}


def read_csv(path, types, *, dates=None):
    """Return the table in a CSV file of this course, each column of its promised type; an empty field is a gap.

    Args:
        path: The file, UTF-8, perhaps packed by gzip (``.gz``).
        types: A dict from the columns that it must hold, in this order, to their types.
        dates: The column of dates, which becomes the index; one of `types`, as "str".

    Raises:
        FileNotFoundError: When there is no such file.
        Damaged: When it holds other columns, other types, dates that are none, or no table at all.
    """
    import pandas as pd

    name = Path(path).name  # a set may have several files, and the message's beginning names but one
    try:
        table = pd.read_csv(path, encoding="utf-8", keep_default_na=False, na_values=[""])
        if list(table.columns) != list(types):
            came = ", ".join(map(str, table.columns))
            raise Damaged(f"is damaged: {name} holds the columns {came}; expected were {', '.join(types)}")
        if not len(table):
            raise Damaged(f"is damaged: {name} holds column names but no rows")
        table = table.astype({column: type_ for column, type_ in types.items() if type_ != "str"})
        if dates:
            table[dates] = pd.to_datetime(table[dates], format="ISO8601")
            table = table.set_index(dates)
        return table
    except FileNotFoundError:
        raise
    except (OSError, ValueError, EOFError) as error:  # ValueError: no UTF-8, no CSV, no number, no date
        raise Damaged(f"is damaged: {name} is not the CSV file expected ({type(error).__name__}: {error})") from None


def check_whole(name, options, limits):
    """Raise a CourseError when an option is no whole number within its limits.

    Args:
        name: The data set's name.
        options: The options as they came.
        limits: A dict from the option's name to (lowest, highest).
    """
    for option, (low, high) in limits.items():
        if option not in options:
            continue
        value = options[option]
        try:
            good = not isinstance(value, bool) and low <= operator.index(value) <= high
        except TypeError:
            good = False
        if not good:
            raise CourseError(
                f"{option} of {name!r} is {value!r}; expected was a whole number from {low:,} to {high:,}."
            )
