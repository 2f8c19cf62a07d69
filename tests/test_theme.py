"""The six colours keep apart for colour-blind eyes and in print; text reads on the paper."""

import itertools

import numpy as np
import pytest
from layerwise import theme

# What people with no cones of one kind see, for linear RGB: Machado, Oliveira and Fernandes (2009), "A
# Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.0.
# https://doi.org/10.1109/TVCG.2009.113
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}
APART = 15  # CIE 1976 colour difference; about 2.3 is just noticeable, and curves are thin
STEPS = 5  # of lightness L*, for print without colour


def linear(colour):
    """Return a hex colour as linear RGB, IEC 61966-2-1."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return linear RGB as CIE L*a*b* under D65."""
    to_xyz = np.array([
        [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
    ])
    ratio = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("pair", list(itertools.combinations(theme.PALETTE, 2)), ids="-".join)
def test_two_colours_keep_apart(pair, eyes):
    first, second = (lab(EYES[eyes] @ linear(colour)) for colour in pair)
    assert np.linalg.norm(first - second) >= APART


def test_colours_differ_in_lightness_for_print():
    lightness = sorted(lab(linear(colour))[0] for colour in theme.PALETTE)
    assert np.diff(lightness).min() >= STEPS


@pytest.mark.parametrize("colour", [theme.INK, theme.MUTED])
def test_text_reads_on_the_paper(colour):
    assert theme.contrast(colour, theme.PAPER) >= 4.5


def test_the_measures_can_fail():
    red, green = "#D9642A", "#7F8F2A"
    far = np.linalg.norm(lab(linear(red)) - lab(linear(green)))
    near = np.linalg.norm(lab(EYES["deuteranopia"] @ linear(red)) - lab(EYES["deuteranopia"] @ linear(green)))
    assert far > 2 * near
    assert theme.contrast(theme.GOLD, theme.PAPER) < 4.5


def test_white_and_black_have_the_values_of_the_standard():
    assert lab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear("#000000")) == pytest.approx([0, 0, 0], abs=0.02)
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_the_template_carries_the_look():
    layout = theme.template().layout
    assert tuple(layout.colorway) == theme.PALETTE
    assert layout.paper_bgcolor == layout.plot_bgcolor == theme.PAPER
    assert layout.font.color == theme.INK
