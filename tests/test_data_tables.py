"""Tables and series: the promised columns, gaps that survive, and one clear message for every damage."""

import gzip
import hashlib
import io
import re
import shutil
import time

import numpy as np
import pandas as pd
import pytest
from layerwise import data, paths
from layerwise.data import _card, series, tables
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError

TABLES = {
    "breast_cancer": ((569, 31), "diagnosis", {"malignant": 212, "benign": 357}),
    "cars": ((406, 9), "mpg", None),
    "diabetes": ((442, 11), "progression", None),
    "penguins": ((344, 7), "species", {"Adelie": 152, "Chinstrap": 68, "Gentoo": 124}),
    "wine": ((178, 14), "cultivar", {"cultivar 1": 59, "cultivar 2": 71, "cultivar 3": 48}),
}
SERIES = {
    "co2": ((2284, 1), "1958-03-29", "2001-12-29"),
    "el_nino": ((732, 1), "1950-01-01", "2010-12-01"),
    "sunspots": ((309, 1), "1700-01-01", "2008-01-01"),
    "weather": ((1461, 5), "2012-01-01", "2015-12-31"),
}
BUNDLED = {"cars": tables, "penguins": tables, **dict.fromkeys(SERIES, series)}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_what_its_card_promises(name):
    shape, target, counts = TABLES[name]
    got = data.load(name)
    assert got.table.shape == shape and got.target == target and got.target in got.table.columns
    assert got.source == got.card.sources[0]
    if counts:
        assert got.table[target].value_counts().to_dict() == counts
        assert tuple(counts) == got.classes
    else:
        assert got.classes == () and got.table[target].dtype == "float64"


@pytest.mark.parametrize("name", SERIES)
def test_a_series_has_dates_as_its_index(name):
    shape, first, last = SERIES[name]
    table = data.load(name).table
    assert table.shape == shape
    assert isinstance(table.index, pd.DatetimeIndex) and table.index.name == "date"
    assert table.index.is_monotonic_increasing and table.index.is_unique
    assert (table.index[0], table.index[-1]) == (pd.Timestamp(first), pd.Timestamp(last))
    assert all(table[column].dtype == "float64" for column in table.columns if column != "weather")


def test_gaps_survive():
    cars, penguins = data.load("cars").table, data.load("penguins").table
    assert cars.isna().sum()[lambda count: count > 0].to_dict() == {"mpg": 8, "horsepower": 6}
    assert cars.name.notna().all() and cars.name.str.startswith("honda accord").sum() == 4
    assert penguins.isna().sum().to_dict() == {
        "species": 0, "island": 0, "bill_length_mm": 2, "bill_depth_mm": 2, "flipper_length_mm": 2, "body_mass_g": 2,
        "sex": 11,
    }
    assert data.load("co2").table.co2.isna().sum() == 59


def test_the_spacing_of_dates_is_known_where_there_is_one():
    for name, spacing in {"co2": "W-SAT", "el_nino": "MS", "sunspots": "YS-JAN", "weather": "D"}.items():
        assert data.load(name).table.index.freqstr == spacing


def test_the_faults_that_the_cards_name_are_there():
    weather = data.load("weather")
    words = weather.table.weather.groupby(weather.table.index.year).value_counts()
    assert (words[2012, "rain"], words[2014, "rain"], words[2012, "fog"], words[2014, "fog"]) == (191, 3, 5, 151)
    sunny = weather.table[weather.table.weather == "sun"].precipitation
    assert (sunny > 0).sum() == 77 and sunny.max() == 27.7
    assert len(weather.hourly) == 8759 and weather.hourly.temp.min() == 37.5
    assert pd.Timestamp("2010-03-14 03:00") not in weather.hourly.index
    penguins = data.load("penguins").table
    assert set(penguins[penguins.species == "Gentoo"].island) == {"Biscoe"}
    assert set(penguins[penguins.species == "Chinstrap"].island) == {"Dream"}
    assert data.load("cars").table.model_year.value_counts()[81] == 30


def test_diabetes_is_in_its_own_units_unless_asked_otherwise():
    plain, scaled = data.load("diabetes").table, data.load("diabetes", scaled=True).table
    assert plain.age.between(19, 79).all() and set(plain.sex) == {1, 2}
    assert np.allclose((scaled.drop(columns="progression") ** 2).sum(), 1)
    assert plain.progression.equals(scaled.progression)


@pytest.mark.parametrize("name", [*TABLES, *SERIES])
def test_a_set_loads_in_a_moment(name):
    data.load(name)
    start = time.process_time()
    data.load(name)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("name", [*TABLES, *SERIES])
def test_a_card_shows_some_of_the_data(name):
    got = data.load(name)
    page = got._repr_html_()
    assert "Known faults" in page and got.card.faults and "src='http" not in page
    shown = got.table.select_dtypes("number").columns[0] if name in SERIES else got.target
    assert str(shown) in page
    assert ("<polyline" in page) == (name in SERIES)
    assert "00:00:00" not in page


# The drawn market -----------------------------------------------------------------------------------------------------


def test_the_drawn_market_is_the_same_for_the_same_seed():
    first, again, other = (data.load("market", seed=seed, days=300) for seed in (1, 1, 2))
    assert first.source == "drawn" and first.table.shape == (300, 5)
    assert first.table.equals(again.table) and not first.table.equals(other.table)
    assert first.table.index.freqstr == "B" and (first.table > 0).all(axis=None)


def test_the_drawn_market_foretells_its_risk_and_not_its_returns():
    market = data.load("market")
    returns = np.log(market.table).diff().dropna()
    risk = market.volatility.loc[returns.index]
    for name in returns:
        ahead, before = returns[name].to_numpy()[1:], returns[name].to_numpy()[:-1]
        # Three standard errors of a correlation of none, widened for the heavy tails.
        assert abs(np.corrcoef(ahead, before)[0, 1]) < 3 * 1.5 / np.sqrt(len(ahead))
        assert np.corrcoef(abs(returns[name]), risk[name])[0, 1] > 0.2
        assert 0.95 < (returns[name] / risk[name]).std() < 1.05
        calm = risk[name][~market.nervous[returns.index]]
        assert calm.std() / calm.mean() > 0.13  # wild days follow wild days within a state too
    wild = risk.A[market.nervous[returns.index]].mean()
    assert 0.03 < market.nervous.mean() < 0.6 and wild > 1.2 * risk.A[~market.nervous[returns.index]].mean()


# Bad input ------------------------------------------------------------------------------------------------------------


def damaged(name, damage, folder):
    """Copy a bundled set, spoil its first file, and write the spoilt file's hash into its card, unless tampered."""
    shutil.copytree(paths.bundled() / name, folder / name)
    card = folder / name / "card.toml"
    path = folder / name / _card.read(name, folder).bundled["files"][0]["file"]
    packed = path.suffix == ".gz"
    whole = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    lines = whole.split(b"\n")
    spoilt = {
        "tampered": whole.replace(b"1", b"2", 1),
        "cut in its header": lines[0][:5] + b"\n",
        "header only": lines[0] + b"\n",
        "a renamed column": b"old_" + whole,
        "another encoding": whole + "é".encode("latin-1") + b"," * lines[0].count(b",") + b"\n",
        "a web page": b"<html>Please log in</html>",
        "empty": b"",
        "words for numbers": whole + b",".join([b"x"] * (lines[0].count(b",") + 1)) + b"\n",
        "too many fields": whole + b"1," * (lines[0].count(b",") + 3) + b"\n",
    }[damage]
    path.write_bytes(gzip.compress(spoilt) if packed else spoilt)
    if damage != "tampered":
        new = hashlib.sha256(path.read_bytes()).hexdigest()
        card.write_text(card.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize("damage", [
    "tampered", "cut in its header", "header only", "a renamed column", "another encoding", "a web page", "empty",
    "words for numbers", "too many fields",
])
@pytest.mark.parametrize("name", BUNDLED)
def test_a_damaged_file_is_one_clear_message(name, damage, tmp_path):
    path = damaged(name, damage, tmp_path)
    says = "other content than the card promises" if damage == "tampered" else "holds|not the CSV file expected"
    with pytest.raises(CourseError, match=says) as caught:
        BUNDLED[name].load(name, folder=tmp_path)
    assert str(path.parent) in str(caught.value) and "git checkout" in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("name", BUNDLED)
def test_a_missing_or_cut_file_is_one_clear_message(name, tmp_path):
    shutil.copytree(paths.bundled() / name, tmp_path / name)
    path = tmp_path / name / _card.read(name, tmp_path).bundled["files"][0]["file"]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CourseError, match="hash differs"):
        BUNDLED[name].load(name, folder=tmp_path)
    path.unlink()
    with pytest.raises(CourseError, match="is missing"):
        BUNDLED[name].load(name, folder=tmp_path)


def test_a_series_with_a_day_left_out_or_twice_is_damaged(tmp_path):
    lines = (paths.bundled() / "weather" / "weather.csv").read_text(encoding="utf-8").splitlines()
    other = paths.bundled() / "weather" / "weather_hourly.csv"
    for wrong in (lines[:50] + lines[51:], lines[:50] + lines[49:]):
        (tmp_path / "weather.csv").write_text("\n".join(wrong), encoding="utf-8")
        with pytest.raises(Damaged, match="not evenly spaced"):
            series.bundled("weather", [tmp_path / "weather.csv", other])


@pytest.mark.parametrize(("name", "options", "says"), [
    ("penguins", {"seed": 1}, "takes no seed: it comes as it is"),
    ("wine", {"scaled": True}, "'wine' takes no 'scaled'; it takes no settings"),
    ("diabetes", {"scale": True}, "Did you mean"),
    ("diabetes", {"scaled": "yes"}, "'yes'; expected was True or False"),
    ("diabetes", {"source": "bundled"}, "has no source 'bundled'"),
    ("cars", {"source": "official"}, "has no source 'official'"),
    ("market", {"days": 3}, "days of 'market' is 3; expected was a whole number from 30 to 50,000"),
    ("market", {"seed": 1.5}, "1.5; expected was a whole number"),
    ("market", {"seed": True}, "True; expected was a whole number"),
    ("market", {"source": "bundled"}, "has no source 'bundled'"),
    ("co2", {"days": 100}, "takes no days: it comes as it is"),
])
def test_a_wrong_option_says_what_there_is(name, options, says):
    with pytest.raises(CourseError, match=re.escape(says)):
        data.load(name, **options)


# Made from packages ---------------------------------------------------------------------------------------------------


def test_the_makers_stop_where_two_packages_differ(tmp_path):
    from layerwise.authoring.bundles import tables as maker

    cars = data.load("cars").table
    names = {"mpg": "Miles_per_Gallon", "horsepower": "Horsepower", "weight": "Weight_in_lbs",
             "acceleration": "Acceleration", "cylinders": "Cylinders", "displacement": "Displacement",
             "name": "Name", "origin": "Origin"}
    one = cars.rename(columns=names).assign(Year="19" + cars.model_year.replace(81, 82).astype(str) + "-01-01")
    two = cars.dropna().rename(columns={"horsepower": "hp", "acceleration": "accel", "model_year": "yr"})
    files = {"vega_datasets/_data/cars.json": one.drop(columns="model_year").to_json(orient="records").encode()}

    def made(table):
        files["bokeh_sampledata/_data/auto-mpg.csv"] = table.to_csv(index=False).encode()

        def open_file(package, path):
            return files[path]

        def read(package, path, dtype=str):
            return pd.read_csv(io.BytesIO(files[path]), dtype=dtype)

        return maker._cars(open_file, read)

    assert made(two).equals(cars.astype({"name": object}).astype({"name": made(two)["name"].dtype}))
    with pytest.raises(SystemExit, match="differ in Horsepower"):
        made(two.assign(hp=two.hp + 1))
    with pytest.raises(SystemExit, match="years"):
        made(two.assign(yr=two.yr.replace(75, 74)))
