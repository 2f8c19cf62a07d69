"""The speech explorer, its figure, the players in the page and the microphone: pure, right, and kind about errors."""

import json
import math
import time

import numpy as np
import pytest
from layerwise import explore, plot
from layerwise.explore import hearing, microphone
from layerwise.plot import spellings
from layerwise.suggest import CourseError

RATE, LETTERS = 8000, "no "


def spoken(word, seconds=1.2):
    """A tone for each letter."""
    pieces = np.array_split(np.arange(int(seconds * RATE)) / RATE, len(word))
    tones = [500 + 700 * LETTERS.index(letter) for letter in word]
    return np.concatenate([np.sin(2 * np.pi * tone * times) for tone, times in zip(tones, pieces, strict=True)])


def reader(samples):
    """Hear the tones of `spoken`, a probability every 400 samples."""
    frames = np.abs(np.fft.rfft(samples[: len(samples) // 400 * 400].reshape(-1, 400)))
    tones = [frames[:, round((500 + 700 * k) / 20)] for k in range(len(LETTERS))]
    scores = np.stack([np.full(len(frames), 60.0), *tones], axis=1) / 20
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def features(samples):
    return np.log(np.abs(np.fft.rfft(samples[: len(samples) // 128 * 128].reshape(-1, 128)))[:, :32] + 1e-3)


def spoil(samples, decibels, echo):
    rng = np.random.default_rng(0)
    if echo:
        samples = samples + 0.1 * echo * np.roll(samples, 400)
    return samples if decibels is None else samples + rng.normal(size=len(samples)) * 10 ** (-decibels / 20)


def made(**state):
    recordings = {"no on": (spoken("no on"), "no on"), "untold": spoken("on")}
    readers = {"sharp": reader, "dull": lambda samples: reader(samples) * 0.5 + 0.125}
    return explore.speech(
        readers, recordings, rate=RATE, letters=LETTERS, features=features, spoil=spoil, **state
    )


def drawn(explorer, state, narrow=False):
    result = explorer.compute(**state)
    return json.loads(explorer.draw(result, narrow=narrow).to_json()), explorer.say(state, result)


def test_the_whole_control_space():
    explorer = made()
    for number, state in enumerate(explorer.sweep(limit=200)):
        before = dict(state)
        result = explorer.compute(**state)
        figure = explorer.draw(result, narrow=bool(number % 2))
        sentence = explorer.say(state, result)
        assert state == before
        assert sentence.endswith((".", '"')) and len(sentence) > 20 and "nan" not in sentence
        assert "nan" not in figure.layout.meta["summary"]
        for trace in figure.data:
            for name in ("x", "y"):
                assert np.isfinite(np.asarray(getattr(trace, name), dtype=float)).all(), (state, name)
        for axis in (figure.layout[name] for name in figure.layout if name[1:5] == "axis"):
            assert all(map(math.isfinite, axis.range)), state


def test_every_control_changes_picture_or_sentence():
    explorer = made()
    first = drawn(explorer, explorer.state)
    for control in explorer.controls:
        other = next(value for value in control.points() if value != explorer.state[control.name])
        assert drawn(explorer, {**explorer.state, control.name: other}) != first, f"{control.name} does nothing"


def test_it_says_what_is_written_and_what_was_said():
    explorer = made()
    assert explorer.sentence == 'It writes "no on", without noise; said was "no on": every word is right.'
    explorer.set(noise=-10)
    assert "with noise at -10 dB" in explorer.sentence
    explorer.set(noise=40, echo=0.5)
    assert "in a room with 0.5 s of echo" in explorer.sentence
    explorer.set(echo=0.0, recording="untold")
    assert explorer.sentence.endswith("Nobody has told it what was said.")
    state = {**explorer.state, "noise": 40}
    wrong = {**explorer.compute(), "text": "no no", "truth": "on on no"}
    assert explorer.say(state, wrong).endswith('said was "on on no": 2 word errors in 3.')


def test_letters_appear_one_after_another():
    explorer = made()
    so_far = []
    for moment in np.arange(0, 1, 0.1):
        explorer.moment = float(moment)
        so_far.append((explorer.sentence.split('"') + ["", ""])[1] if "nothing yet" not in explorer.sentence else "")
    assert all("no on".startswith(text) for text in so_far) and len(set(so_far)) > 3
    assert so_far[0] == ""


def test_moving_through_time_does_not_ask_the_network_again():
    asked = []

    def counting(samples):
        asked.append(len(samples))
        return reader(samples)

    explorer = explore.speech(
        {"one": counting}, {"on": spoken("on")}, rate=RATE, letters=LETTERS, features=features
    )
    assert [control.name for control in explorer.controls] == ["recording", "moment"]
    for moment in (0.1, 0.5, 0.9):
        explorer.compute(moment=moment)
    assert len(asked) == 1


def test_a_recording_of_ones_own():
    explorer = made()
    assert "Nothing of yours" in explorer.say(
        {**explorer.state, "recording": hearing.OWN}, explorer.compute(recording=hearing.OWN)
    )
    explorer.hear((spoken("on") * 20_000).astype("int16"))
    assert explorer.recording == hearing.OWN and 'writes "on"' in explorer.sentence
    explorer.hear(spoken("no"))
    assert 'writes "no"' in explorer.sentence, "a second recording takes the place of the first"
    explorer.hear(np.tile(spoken("no"), 9))
    assert len(explorer.samples()) == 4 * RATE
    with pytest.raises(CourseError, match="400 samples or more"):
        explorer.hear(np.zeros((2, 800)))


def test_playing_without_a_page_reaches_the_end():
    explorer = made(recording="untold")
    explorer._began = time.monotonic()
    explorer.play()
    explorer._thread.join(10)
    assert explorer.moment == 1.0 and not explorer.playing


def test_errors_say_what_is_needed():
    with pytest.raises(CourseError, match="functions by name"):
        explore.speech(reader, {"on": spoken("on")}, rate=RATE, letters=LETTERS, features=features)
    with pytest.raises(CourseError, match="recordings by name"):
        explore.speech({"a": reader}, {}, rate=RATE, letters=LETTERS, features=features)
    with pytest.raises(CourseError, match=r"shape \(steps, 3\); shape \(24, 4\) came"):
        explore.speech({"a": reader}, {"on": spoken("on")}, rate=RATE, letters="no", features=features).compute()


def test_a_moved_control_costs_little():
    explorer = made()
    explorer.compute()
    start = time.process_time()
    for moment in np.arange(0, 1, 0.05):
        explorer.draw(explorer.compute(moment=float(moment)))
    assert (time.process_time() - start) / 20 < 0.1


# ---- the figure


def test_a_letter_is_written_once_and_again_after_a_blank():
    path = [0, 1, 1, 0, 1, 2, 2, 0]
    assert [k for _, k in spellings.emissions(np.eye(3)[path])] == [1, 1, 2]
    assert spellings.emissions(np.eye(3)[[0, 0]]) == []


def test_what_has_not_been_heard_is_hidden():
    chances = np.eye(4)[[0, 1, 0, 2, 0, 3]]
    figure = plot.spelled(np.eye(6), chances, "no ", seconds=6.0, until=3.0)
    letters = next(trace for trace in figure.data if trace.mode == "text")
    assert [text.strip("</b>") for text in letters.text] == ["n"]
    assert any(shape.x0 == 3.0 and shape.x1 == 6.0 for shape in figure.layout.shapes)
    assert '"no "' in plot.describe(figure)


def test_the_figure_says_what_does_not_fit():
    with pytest.raises(ValueError, match="4 a step; 3 came"):
        plot.spelled(np.eye(4), np.eye(3), "no ", seconds=1.0)


# ---- players


def test_players_are_in_the_page_and_never_start_by_themselves():
    players = explore.listen({'a "low" <tone>': np.sin(np.arange(800) / 3), "another": np.ones(80)}, RATE, title="Two")
    bundle = players._repr_mimebundle_()
    assert bundle["text/html"].count("<audio controls") == 2
    assert "autoplay" not in bundle["text/html"] and "http" not in bundle["text/html"].replace("data:audio", "")
    assert "&lt;tone&gt;" in bundle["text/html"] and "<tone>" not in bundle["text/html"]
    assert bundle["text/plain"] == 'Two: 2 sounds to play: "a "low" <tone>" (0.10 s), "another" (0.01 s).'


@pytest.mark.parametrize("clips, rate, words", [
    (np.zeros((2, 9)), RATE, r"shape \(n,\)"), ([np.nan, 1.0], RATE, "all of them numbers"), ({}, RATE, "0 sounds"),
    (np.zeros(3_000_001, "int8"), RATE, "3,000,001 samples"), ([0.1, 0.2], 12, "from 1,000"),
])
def test_what_cannot_be_heard_is_named(clips, rate, words):
    with pytest.raises(CourseError, match=words):
        explore.listen(clips, rate)


# ---- the microphone


def sent(samples):
    return (np.asarray(samples) * 32767).astype("<i2").tobytes()


def test_a_recording_comes_at_the_rate_that_is_wanted():
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    samples = microphone.received(sent(tone), 48_000.0, rate=RATE, longest=0.5)
    assert samples.shape == (4000,) and samples.dtype == "float32"
    assert abs(np.abs(np.fft.rfft(samples)).argmax() * RATE / 4000 - 440) <= 2


@pytest.mark.parametrize("buffer, source, words", [
    (sent(np.zeros(9000)), 48_000, "silence"), (sent(np.ones(30)), 48_000, "0.00 seconds"),
    (sent(np.ones(900)), 0, "rate is 0"), (sent(np.ones(900)), None, "rate is None"), (b"\x01", 8_000, "0.00 seconds"),
])
def test_what_is_no_recording_is_refused(buffer, source, words):
    with pytest.raises(ValueError, match=words):
        microphone.received(buffer, source, rate=RATE, longest=4.0)


def test_the_widget_hands_on_or_says_why_not():
    heard = []
    widget = microphone.Microphone(heard.append, rate=RATE, longest=4.0)
    widget._message(None, {"kind": "recording", "rate": 16_000}, [sent(np.sin(np.arange(16_000)))])
    assert heard[0].shape == (8000,) and widget.said == ""
    widget._message(None, {"kind": "recording", "rate": 16_000}, [sent(np.zeros(16_000))])
    assert len(heard) == 1 and widget.said.endswith("Is the microphone muted?")
    widget._message(None, {"kind": "recording"}, [])
    widget._message(None, {"kind": "something else"}, [])
    assert len(heard) == 1
    widget.close()
