"""The explorers of five kinds of input, the batch browser, and the figures they draw."""

import io
import wave

import numpy as np
import pytest
from explorers import MAILS, RATE, TABLE, moving, photo, tone
from explorers import batches as pages
from explorers import inputs as made
from layerwise import explore, plot
from layerwise.explore import input_films, input_pictures, input_sounds, input_tables, input_texts
from layerwise.explore.controls import Words

# ---- pictures


def test_cropping_padding_and_stretching():
    half = np.zeros((40, 80, 3), "uint8")
    half[:, 20:60] = 255  # the middle square is white
    cropped, box = input_pictures.fitting(half, 16, "crop")
    assert box == (0, 20, 40, 60) and cropped.min() == 255
    padded, _ = input_pictures.fitting(half, 16, "pad")
    assert padded[:4].max() == 0 and padded[12:].max() == 0 and padded[6:10, 6:10].min() == 255
    stretched, _ = input_pictures.fitting(half, 16, "stretch")
    assert stretched[:, 6:10].min() == 255 and stretched[:, 0].max() == 0


def test_augmentation_keeps_shape_and_none_keeps_pixels():
    picture = photo(32, 32)
    for change in input_pictures.CHANGES:
        changed = input_pictures.augmented(picture, change, np.random.default_rng(1))
        assert changed.shape == picture.shape and changed.dtype == np.uint8
        assert (changed == picture).all() == (change == "none")
    assert (input_pictures.augmented(picture, "mirror", np.random.default_rng(1)) == picture[:, ::-1]).all()


def test_scales_of_a_picture():
    assert made("picture", scale="0 to 255").compute()["given"].dtype == np.uint8
    given = made("picture", scale="0 to 1").compute()["given"]
    assert given.min() >= 0 and given.max() <= 1
    assert made("picture", scale="standardised").compute()["given"].min() < -1


# ---- texts


def test_words_get_the_numbers_of_their_rank():
    text = made("text", text="free free zorb!", vocabulary=100, length=4)
    result = text.compute()
    assert result["tokens"] == ["free", "free", "zorb", "·"]
    assert result["kinds"] == ["known", "known", "unknown", "padding"]
    assert result["numbers"][0] == result["numbers"][1] >= 2 and result["numbers"][2:] == [1, 0]
    text.length = 4
    text.text = "one two three four five"
    assert text.compute()["kinds"][-1] == "cut" and text.compute()["numbers"][-1] is None


def test_a_line_of_text_is_a_control():
    control = Words("text", "your text", "a", longest=3)
    assert control.accept("abc") == "abc" and "" in control.points()
    for wrong in ("abcd", 3):
        with pytest.raises(ValueError, match="text:"):
            control.accept(wrong)


def test_text_is_typed_into_a_field(monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    text = made("text")
    text._repr_mimebundle_()
    field = text._panel._widgets["text"]
    field.value = "hello there"
    assert text.text == "hello there"
    field.value = "x" * 500
    assert len(field.value) == 200
    text.close()


def test_numbers_are_those_of_the_library_layer():
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("TextVectorization needs TensorFlow")
    vectorize = keras.layers.TextVectorization(10, output_sequence_length=6)
    vectorize.adapt(np.array(MAILS))
    for line in (*MAILS, "see the new boss"):
        numbers = made("text", text=line, vocabulary=10, length=6).compute()["numbers"]
        assert numbers[:6] == vectorize([line]).numpy()[0].tolist()


def test_punctuation_and_capitals():
    assert input_texts.tokens_of("WIN, [now]!", True, "words") == ["win", "now"]
    assert input_texts.tokens_of("WIN, now!", False, "words") == ["WIN,", "now!"]
    assert input_texts.tokens_of("ab", True, "characters") == ["a", "b"]


# ---- sounds


def test_a_tone_stands_at_its_frequency():
    result = made("sound", recording="high", bands="all frequencies").compute()
    assert abs(result["centres"][result["magnitudes"].mean(axis=0).argmax()] - 2500) < 40


def test_hann_and_frames_are_those_of_keras():
    from keras import ops

    samples = np.random.default_rng(0).normal(size=1000).astype("float32")
    parts = ops.stft(samples, 64, 32, 64, window="hann", center=False)
    real, imaginary = (ops.convert_to_numpy(part) for part in parts)
    ours = np.fft.rfft(input_sounds.frames_of(samples, 64, 32) * input_sounds.hann(64))
    assert np.allclose(ours, real + 1j * imaginary, atol=1e-4)


@pytest.mark.parametrize("bands", input_sounds.BANDS)
def test_a_sound_is_rebuilt_from_its_numbers(bands):
    sound = made("sound", recording="low", bands=bands)
    rebuilt = sound.rebuilt()
    assert rebuilt.shape == sound.original().shape and np.isfinite(rebuilt).all()
    strongest = np.fft.rfftfreq(len(rebuilt), 1 / RATE)[np.abs(np.fft.rfft(rebuilt)).argmax()]
    assert abs(strongest - 400) < (30 if bands == "all frequencies" else 300)


def test_a_wav_can_be_played():
    with wave.open(io.BytesIO(input_sounds.wav(tone(440), RATE))) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getnframes()) == (RATE, 1, 3200)


def test_the_buttons_change_what_is_played(monkeypatch):
    from layerwise import show

    monkeypatch.setattr(show, "in_notebook", lambda: True)
    sound = made("sound")
    sound._repr_mimebundle_()
    first = bytes(sound._player.value)
    sound._play(sound.rebuilt, None)
    assert bytes(sound._player.value) != first and sound._player.autoplay
    sound.close()


def test_a_window_longer_than_the_sound():
    short = explore.inputs("sound", {"click": np.ones(40)}, rate=RATE)
    assert short.compute(window=1024)["values"].shape[0] == 1


# ---- films


def test_still_films_have_no_differences():
    still = explore.inputs("video", [np.full((5, 8, 8), 7, "uint8")])
    assert still.compute(frame=3)["changed"] == 0
    assert input_films.amounts(moving(), 1)[0] == 0 and input_films.amounts(moving(), 1)[1:].min() > 0


def test_the_first_frame_is_drawn_twice_beside_no_difference():
    film = made("video", film="a")
    captions = [note.text for note in film.draw(film.compute(frame=0)).layout.annotations]
    assert captions == ["<b>frame 0</b>", "<b>frame 0</b>", "<b>difference</b>"]


def test_narrow_pages_show_the_difference_below_and_larger():
    film = made("video", film="a")
    wide, narrow = (film.draw(film.compute(frame=6), narrow=narrow).layout for narrow in (False, True))
    assert wide.yaxis3.domain == wide.yaxis.domain and narrow.yaxis3.domain[1] < narrow.yaxis.domain[0]
    assert np.ptp(narrow.xaxis3.domain) > 1.9 * np.ptp(narrow.xaxis.domain)


def test_the_threshold_hides_small_changes():
    film = made("video", film="a", frame=6)
    assert np.count_nonzero(film.compute(threshold=0.5)["difference"]) <= np.count_nonzero(
        film.compute(threshold=0.0)["difference"]
    )


# ---- tables


def test_gaps_words_and_units():
    table = made("table")
    assert table.compute()["holes"] == table.compute()["gaps"] == 3
    dropped = table.compute(gaps="drop the row", words="one-hot", units="standardised")
    assert (dropped["rows"], dropped["columns"], dropped["holes"], dropped["texts"]) == (5, 5, 0, 0)
    filled = table.compute(gaps="median", words="one-hot")
    assert filled["rows"] == 8 and filled["holes"] == 0
    assert filled["after"]["mass"][1 - table.row] == np.median([3750, 3250, 3400, 5000, 3900, 4100, 3800])
    flagged = table.compute(gaps="median and a flag", words="numbers 0, 1, 2")
    assert flagged["columns"] == 6 and flagged["holes"] == 0


@pytest.mark.parametrize("words, told", [
    ("leave them", "Of 3 gaps 3 are still there:"),
    ("one-hot", "Of 3 gaps 2 among the numbers are still there, and a missing word has become a row of zeros:"),
])
def test_the_sentence_counts_the_gaps_that_are_left(words, told):
    table = made("table", words=words)
    assert table.say(table.state, table.compute(), "gaps").startswith(told)
    whole = explore.inputs("table", {"a": [1.0, 2.0], "b": ["x", "y"]})
    assert whole.say(whole.state, whole.compute(), "gaps").startswith("This table has no gaps")


def test_many_columns_become_lines_on_narrow_pages():
    columns = {f"a long name {k}": [float(k)] * 6 for k in range(12)}
    wide, narrow = plot.cells(columns), plot.cells(columns, narrow=True)
    assert np.shape(wide.data[0].z) == (6, 12) and np.shape(narrow.data[0].z) == (12, 4)
    assert list(narrow.layout.yaxis.ticktext) == list(columns) and narrow.data[0].text[3][0] == "3"
    assert np.shape(plot.cells(columns, turned=True).data[0].z) == (12, 6)
    both = plot.cells({"before": {"a": [1.0], "b": [2.0]}, "after": columns}, narrow=True)
    assert np.shape(both.data[0].z) == (2, 1), "tables one below the other lie alike"


def test_a_data_frame_is_a_table():
    import pandas as pd

    frame = explore.inputs("table", pd.DataFrame(TABLE))
    assert frame.compute()["gaps"] == 3
    assert input_tables.build({"a": [1, 2], "b": ["x", None]}, {}).compute()["texts"] == 1


# ---- batches


def test_batches_are_gone_through_anew_in_each_epoch():
    class Feed:
        def __init__(self):
            self.passes = 0

        def __iter__(self):
            self.passes += 1
            return iter([(np.full((4, 5, 5, 3), float(self.passes)), np.arange(4))])

    feed = Feed()
    leaf = explore.batches(feed)
    assert feed.passes == 3
    assert leaf.compute(epoch=3)["x"].max() == 3 and leaf.compute()["names"] == ["0", "1", "2", "3"]
    with pytest.raises(ValueError, match="empty"):
        explore.batches([])


def test_sorting_a_page():
    labels = pages(sort=True).compute()["labels"]
    assert (np.diff(labels) >= 0).all()


# ---- what is refused


@pytest.mark.parametrize("kind, examples, told", [
    ("pictures", [photo(4, 4)], 'Did you mean "picture"'),
    ("picture", [], "at least one"),
    ("picture", [np.zeros(5)], "height, width"),
    ("sound", [np.zeros((5, 2))], r"shape \(n,\)"),
    ("video", [np.zeros((1, 4, 4))], "two frames"),
    ("table", {}, "columns"),
    ("table", {"a": [1, 2], "b": [1]}, "equal length"),
    ("text", [], "at least one text"),
])
def test_what_is_no_example_is_refused(kind, examples, told):
    with pytest.raises(ValueError, match=told):
        explore.inputs(kind, examples)


# ---- figures


def test_figures_say_what_is_wrong_with_what_they_got():
    with pytest.raises(ValueError, match="dict"):
        plot.stages([photo(4, 4)])
    with pytest.raises(ValueError, match="height, width"):
        plot.stages({"a": np.zeros(3)})
    with pytest.raises(ValueError, match="agree"):
        plot.tokens(["a"], [1, 2])
    with pytest.raises(ValueError, match="maybe"):
        plot.tokens(["a"], [1], kinds=["maybe"])
    with pytest.raises(ValueError, match="frame 9"):
        plot.sound(tone(400), np.ones((3, 5)), rate=RATE, window=8, hop=4, frame=9)
    with pytest.raises(ValueError, match="5 bins"):
        plot.sound(tone(400), np.ones((3, 5)), rate=RATE, window=8, hop=4, y=[1, 2])
    with pytest.raises(ValueError, match="dict"):
        plot.cells({})


def test_long_waves_are_thinned_and_keep_their_peaks():
    samples = np.zeros(40_000)
    samples[12_345] = 1.0
    trace = plot.wave(samples, RATE).data[0]
    assert len(trace.x) < 2000 and max(trace.y) == 1.0


def test_tokens_break_lines_on_narrow_pages():
    words = ["word"] * 20
    assert plot.tokens(words, range(20), narrow=True).layout.height > plot.tokens(words, range(20)).layout.height
