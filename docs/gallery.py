"""Take the README's pictures from a real run: `python docs/gallery.py` writes docs/images/*.png.

Needs what the tests need (`python3 start.py test` installs it) and takes about three minutes.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests"))

import lab  # noqa: E402
from test_browser import drag, find  # noqa: E402

MISTAKE = """\
import numpy as np
from layerwise.check import check


def softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=0)
"""
EXPLORERS = {
    "race": """\
from layerwise import explore
explore.optimiser_race(surface="Rosenbrock", learning_rate=0.03, steps=150)
""",
    "graph": """\
from layerwise import explore
explore.computation_graph(expression="one neuron", step=9, a=-1.0, b=1.2, c=0.2)
""",
    "neuron": """\
from layerwise import explore
explore.neuron(activation="tanh", w1=1.5, w2=-1.0, bias=0.5)
""",
    "sound": """\
from layerwise import data, explore
digits = data.load("spoken_digits", source="bundled")
clips = {f"a spoken {digits.classes[digits.y_train[k]]}": digits.x_train[k] for k in (0, 1)}
explore.inputs("sound", clips, rate=digits.rate, moment=0.15)
""",
}
THREE = [(0.30, 0.24), (0.42, 0.15), (0.60, 0.17), (0.67, 0.30), (0.58, 0.43), (0.45, 0.47), (0.60, 0.50), (0.70, 0.63),
         (0.62, 0.80), (0.44, 0.85), (0.29, 0.76)]


def smooth(points, steps=8):
    """Return a curve through points (Catmull-Rom), as a hand would draw it."""
    padded = [points[0], *points, points[-1]]
    curve = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append(tuple(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
            ))
    return [*curve, points[-1]]


def main():
    IMAGES.mkdir(exist_ok=True)
    files = {
        "00.ipynb": ROOT / "notebooks/00_start_here.ipynb",
        "02.ipynb": ROOT / "notebooks/02_neural_networks.ipynb",
        "check.ipynb": lab.notebook(MISTAKE, 'check("02.softmax", softmax)'),
        **{f"{name}.ipynb": lab.notebook(cell) for name, cell in EXPLORERS.items()},
    }
    with lab.running(files) as server:
        with server.page("00.ipynb", width=1100, height=1000, simple=True) as page:
            page.run_all(600)
            drag(page, find(page, ".layerwise-pad canvas"), smooth(THREE))
            page.raw.wait_for_timeout(2000)
            page.screenshot(IMAGES / "drawing_pad.png", ".layerwise-pad")
        with server.page("02.ipynb", width=1100, height=1000, simple=True) as page:
            page.run_all(600)
            find(page, "button:has-text('Train')").click()
            page.raw.wait_for_timeout(8000)
            page.raw.locator("button:has-text('Pause')").click()
            page.raw.wait_for_timeout(1000)
            page.screenshot(IMAGES / "playground.png", ".layerwise-explorer:has-text('hidden layers')")
        with server.page("check.ipynb", width=1100, height=1000, simple=True) as page:
            page.run_all()
            page.screenshot(IMAGES / "check.png", ".layerwise-card")
        for name in EXPLORERS:
            with server.page(f"{name}.ipynb", width=1100, height=1000, simple=True) as page:
                page.run_all()
                page.raw.wait_for_timeout(2500)
                page.screenshot(IMAGES / f"{name}.png", ".layerwise-explorer")


if __name__ == "__main__":
    main()
