"""The lab of lesson 17: what its checks take for right is right by brute force, and the page hears as they do."""

import itertools

import numpy as np
import pytest
from conftest import ROOT
from layerwise.authoring import labs

FOUND = {exercise.id: exercise for exercise in labs.exercises(ROOT / "labs/src/17_speech.py")}


def definition(name):
    names = {}
    exec(FOUND[f"17.{name}"].definition, names)
    return names


def collapsed(path):
    return tuple(sign for sign, _ in itertools.groupby(path) if sign)


def by_brute_force(probabilities):
    """Return the probability of each text, as the sum over its paths."""
    texts = {}
    for path in itertools.product(range(probabilities.shape[1]), repeat=len(probabilities)):
        chance = probabilities[np.arange(len(path)), path].prod()
        texts[collapsed(path)] = texts.get(collapsed(path), 0.0) + chance
    return texts


@pytest.mark.parametrize("labels", [(1,), (1, 2), (2, 2), (1, 1, 2), (2, 1, 2)])
def test_the_forward_algorithm_adds_up_all_paths(labels):
    probabilities = np.random.default_rng(len(labels)).dirichlet(np.ones(3), size=6)
    value = definition("forward")["reference"](probabilities, list(labels))
    assert np.exp(value) == pytest.approx(by_brute_force(probabilities)[labels], rel=1e-9)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_a_wide_beam_finds_the_best_text_of_all(weight):
    names = definition("beam")
    for seed in range(12):
        rng = np.random.default_rng(seed)
        inputs = names["drawn"](rng, 2000, weight)
        inputs["probabilities"] = inputs["probabilities"][:5]
        model = inputs["model"] ** weight
        values = {
            text: chance * np.prod([model[last, new] for last, new in itertools.pairwise((0, *text))])
            for text, chance in by_brute_force(inputs["probabilities"]).items()
        }
        assert names["reference"](**inputs) == list(max(values, key=values.get))


@pytest.mark.parametrize("seed", range(5))
def test_each_mistake_of_the_beam_has_a_case_that_tells_it_from_all_others(seed):
    names = definition("beam")
    cases = list(names["cases"](np.random.default_rng(seed)))
    for mistake in names["MISTAKES"]:
        named = [names["diagnose"](inputs, names["mistaken"](mistake, inputs)) for inputs in cases]
        assert mistake in named and set(named) <= {mistake, None}
    last = cases[-1]
    assert last["weight"] == 0 and names["reference"](**last) != names["path"](last["probabilities"])


def test_noise_has_the_ratio_that_was_asked_for():
    names = definition("noise")
    for inputs in names["cases"](np.random.default_rng(0)):
        noise = names["reference"](**inputs) - inputs["clip"]
        speech = inputs["clip"][: inputs["length"]]
        assert 10 * np.log10(np.mean(speech**2) / np.mean(noise**2)) == pytest.approx(inputs["decibels"])


@pytest.mark.parametrize("said, written, errors", [
    ("one two three", "one two three", 0), ("one two three", "two three", 1), ("one two", "one six two", 1),
    ("one two three", "one nine three", 1), ("one two", "two one", 2), ("two", "", 1), ("", "two two", 2),
])
def test_the_fewest_changes(said, written, errors):
    assert definition("word_errors")["distance"](said.split(), written.split()) == errors
    assert definition("reader")["word_errors"](["zero", said], ["zero", written]) == errors / (1 + len(said.split()))


def test_the_page_hears_as_the_check_does():
    page = {}
    exec(FOUND["17.turns"].context.replace("import keras", ""), page)  # the imports and functions above exercise 2
    for seed in range(3):
        wave = np.random.default_rng(seed).normal(size=4000 + 1000 * seed)
        heard = page["log_mel"](wave)
        assert heard.shape == ((len(wave) - 256) // 160 + 1, 24)
        assert heard.mean() == pytest.approx(0, abs=1e-5) and heard.std() == pytest.approx(1, abs=1e-5)
        assert np.array_equal(heard, definition("reader")["heard"](wave))


def test_the_exam_is_held_with_voices_that_are_not_in_training():
    names = definition("reader")
    voices = [set(names["clips"](part)[3].astype(str)) for part in ("train", "test")]
    assert not voices[0] & voices[1]
    waves, ends, texts = names["strings"]("test", 30, np.random.default_rng(0))
    assert waves.shape == (30, names["SAMPLES"]) and all(1 <= len(text.split()) <= 2 for text in texts)
    assert all(0 < end <= names["SAMPLES"] and not wave[end:].any() for wave, end in zip(waves, ends, strict=True))
