"""Spoken digits and words: whole clips, voices apart, the real recordings from the mirror, every damage told."""

import hashlib
import io
import shutil
import tarfile
import time
import wave

import numpy as np
import pytest
import scipy.fft
from layerwise import data, paths
from layerwise.data import speech
from layerwise.data._sources import Damaged
from layerwise.suggest import CourseError
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

NAMES = ("spoken_digits", "spoken_words")


@pytest.fixture(scope="module")
def sets():
    return {name: data.load(name, source="bundled") for name in NAMES}


def parts(dataset):
    """Yield the name of each part and its arrays by their bare names."""
    for part in ("train", "test", "real"):
        if f"x_{part}" in dataset.arrays:
            yield part, {
                name.removesuffix(f"_{part}"): array for name, array in dataset.arrays.items()
                if name.endswith(f"_{part}")
            }


# What comes with the course -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_have_the_promised_form(sets, name):
    dataset = sets[name]
    assert dataset.rate == 8000 and dataset.source == "bundled" and dataset.note == ""
    for _, part in parts(dataset):
        count = len(part["x"])
        assert part["x"].shape == (count, 8000) and part["x"].dtype == "int16"
        assert part["y"].dtype == "int64" and part["length"].dtype == "int64"
        assert all(array.shape[0] == count for array in part.values())
        assert all(isinstance(word, str) and word for word in part["word"])
    assert set(dataset.arrays) <= set(dataset.card.arrays)


def test_the_samples_are_as_large_as_the_card_says(sets):
    digits, words = sets["spoken_digits"], sets["spoken_words"]
    assert len(digits.x_train) == 1920 and len(digits.x_test) == 480
    assert len(set(digits.speaker_train)) == 48 and len(set(digits.speaker_test)) == 12
    assert set(np.bincount(digits.y_train)) == {192} and set(np.bincount(digits.y_test)) == {48}
    assert len(words.x_train) == 1920 and len(words.x_test) == 480 and len(words.x_real) == 50
    assert set(words.language_train) == {"de", "en", "es", "fr", "it", "ru"}
    assert set(words.language_real) == set(words.language_train) - {"de"}
    assert len(words.classes) == 20 and set(words.y_train) == set(range(20)) and set(words.y_real) == set(range(10))
    size = sum(path.stat().st_size for name in NAMES for path in (paths.bundled() / name).iterdir())
    assert size < 9e6


@pytest.mark.parametrize("name", NAMES)
def test_voices_of_the_test_part_are_not_in_training(sets, name):
    dataset = sets[name]
    assert not set(dataset.speaker_train) & set(dataset.speaker_test)


@pytest.mark.parametrize("name", NAMES)
def test_no_run_of_clips_is_of_one_class_or_one_voice(sets, name):
    for part in ("train", "test"):
        y, speaker = sets[name].arrays[f"y_{part}"][:100], sets[name].arrays[f"speaker_{part}"][:100]
        assert len(set(y)) == len(sets[name].classes) and len(set(speaker)) > 5


@pytest.mark.parametrize("name", NAMES)
def test_every_clip_is_heard_whole_and_once(sets, name):
    seen = set()
    for _, part in parts(sets[name]):
        for clip, length in zip(part["x"], part["length"], strict=True):
            assert not clip[length:].any()
            sound = clip[:length].astype(float)
            loudness = 20 * np.log10(np.sqrt(np.mean(sound**2)) / 32768)
            assert 1200 < length <= 8000 and -32 < loudness < -12 and np.abs(sound).max() < 32767
            # A clip begins and ends quietly: nothing of it is in its neighbour, nothing of the neighbour in it.
            edge = max(np.abs(sound[:16]).max(), np.abs(sound[-16:]).max())
            assert edge < 0.5 * np.abs(sound).max()
            seen.add(hashlib.sha256(clip.tobytes()).hexdigest())
    assert len(seen) == sum(len(part["x"]) for _, part in parts(sets[name]))


def test_every_voice_differs_from_the_others(sets):
    """Some names of synthetic voices give the same sound; then their mean spectra would be equal."""
    digits, spectra = sets["spoken_digits"], {}
    for _, part in parts(digits):
        for speaker in set(part["speaker"]):
            clips = part["x"][part["speaker"] == speaker].astype(float)
            power = (np.abs(np.fft.rfft(clips, axis=1)) ** 2).mean(0)[: 4000 - 4000 % 40].reshape(-1, 100).sum(1)
            spectra[speaker] = np.log(power / power.sum())
    names = list(spectra)
    distance = np.array([[np.abs(spectra[a] - spectra[b]).mean() for a in names] for b in names])
    np.fill_diagonal(distance, np.inf)
    assert len(names) == 60 and distance.min() > 0.15


def test_the_words_belong_to_their_classes(sets):
    words = sets["spoken_words"]
    for _, part in parts(words):
        english = part["language"] == "en"
        assert [words.classes[y] for y in part["y"][english]] == part["word"][english].tolist()
        pairs = set(zip(part["language"], part["word"], strict=True))
        assert len(pairs) == len(set(zip(part["language"], part["word"], part["y"], strict=True)))
    digits = sets["spoken_digits"]
    assert [digits.classes[y] for y in digits.y_test] == digits.word_test.tolist()


def cepstra(part):
    """Return 13 cepstral coefficients at 20 moments of each clip, less their means: shape `(clips, 260)`."""
    mel = 700 * (10 ** (np.linspace(0, np.log10(1 + 4000 / 700), 28)) - 1)
    heard = np.fft.rfftfreq(256, 1 / 8000)
    edges = zip(mel, mel[1:], mel[2:], strict=False)
    rises = [np.minimum((heard - a) / (b - a), (c - heard) / (c - b)) for a, b, c in edges]
    bank = np.stack(rises, 1).clip(0)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(part["x"] / np.float32(32768), ((0, 0), (0, 200))), 200, 1)
    rows = []
    for clip, length in zip(frames, part["length"], strict=True):
        moments = clip[np.linspace(0, length - 1, 20).astype(int)] * np.hanning(200)
        power = np.abs(np.fft.rfft(moments, 256)) ** 2 @ bank
        coefficients = scipy.fft.dct(np.log(power + 1e-6), norm="ortho")[:, 1:14]
        rows.append((coefficients - coefficients.mean(0)).ravel())
    return np.array(rows)


@pytest.fixture(scope="module")
def listeners(sets):
    """For each sample, a linear rule on cepstral coefficients that has heard its training voices."""
    return {
        name: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(cepstra(heard), heard["y"])
        for name in NAMES for part, heard in parts(sets[name]) if part == "train"
    }


@pytest.mark.parametrize(("name", "least"), [("spoken_digits", 0.9), ("spoken_words", 0.7)])
def test_a_simple_rule_understands_voices_that_it_never_heard(sets, listeners, name, least):
    heard = dict(parts(sets[name]))["test"]
    assert least < listeners[name].score(cepstra(heard), heard["y"]) < 0.995  # chance: 0.1 and 0.05


def test_a_rule_from_synthetic_voices_fails_on_many_people(sets, listeners):
    heard = dict(parts(sets["spoken_words"]))["real"]
    assert 0.2 < listeners["spoken_words"].score(cepstra(heard), heard["y"]) < 0.7


@pytest.mark.mirror("free_spoken_digits.tgz")
def test_a_rule_from_synthetic_digits_fails_on_many_real_ones(listeners):
    heard = dict(parts(data.load("spoken_digits")))["test"]
    assert 0.3 < listeners["spoken_digits"].score(cepstra(heard), heard["y"]) < 0.7


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_load_in_a_moment(sets, name):
    start = time.process_time()
    data.load(name, source="bundled")
    assert time.process_time() - start < 1


@pytest.mark.parametrize("name", NAMES)
def test_the_card_plays_examples_and_names_the_speakers(sets, name):
    page = sets[name]._repr_html_()
    assert page.count("<audio") >= 4 and "data:audio/wav;base64," in page and "src='http" not in page
    for words in {"spoken_digits": ("Zohar Jackson", "CC BY-SA 4.0", "CC0", "six people are in both parts"),
                  "spoken_words": ("Allison Smith", "June Wallack", "Carlo Flora", "Maxim Topal", "Digium",
                                   "CC BY-SA 3.0", "CC BY 3.0")}[name]:
        assert words in page


# The real recordings --------------------------------------------------------------------------------------------------


@pytest.mark.mirror("free_spoken_digits.tgz")
@pytest.mark.parametrize("source", ["auto", "official"])
def test_the_mirror_stands_in_for_the_official_recordings(source, sets):
    digits = data.load("spoken_digits", source=source)
    assert digits.source == "mirror" and "recordings alone" in digits.note
    assert digits.x_train.shape == (2700, 8000) and digits.x_test.shape == (300, 8000)
    assert set(np.bincount(digits.y_train)) == {270} and set(np.bincount(digits.y_test)) == {30}
    assert set(digits.speaker_train) == {"george", "jackson", "lucas", "nicolas", "theo", "yweweler"}
    assert set(digits.speaker_test) == set(digits.speaker_train)  # the fault that the card names
    assert digits.length_train.min() > 1000 and digits.length_train.max() == 8000
    assert all(clip.any() for clip in digits.x_train) and not digits.x_train[0, digits.length_train[0] :].any()
    same = {"x", "y", "length", "speaker", "word"}
    assert {f"{name}_{part}" for name in same for part in ("train", "test")} | {"rate"} == set(digits.arrays)
    assert set(digits.arrays) <= set(sets["spoken_digits"].arrays)


@pytest.mark.mirror("free_spoken_digits.tgz")
def test_other_recordings_in_the_mirror_are_not_used_and_told(tmp_path, monkeypatch):
    (tmp_path / "free_spoken_digits.tgz").write_bytes(archive({"recordings/0_ann_0.wav": wav()}))
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    got = data.load("spoken_digits")
    assert got.source == "bundled" and "holds 1 recordings of 1 people" in got.note


@pytest.mark.mirror("free_spoken_digits.tgz")
def test_the_mirror_holds_what_its_files_hold():
    """Read the archive by other means: each clip, class and speaker is that of the file with its name."""
    digits, found = data.load("spoken_digits"), {}
    with tarfile.open(paths.mirror() / "free_spoken_digits.tgz") as archive:
        for entry in archive:
            if entry.name.endswith(".wav"):
                with wave.open(archive.extractfile(entry)) as sound:
                    assert sound.getparams()[:3] == (1, 2, 8000)
                    digit, speaker, number = entry.name.rpartition("/")[2].removesuffix(".wav").split("_")
                    part = "test" if int(number) < 5 else "train"
                    key = (part, int(digit), speaker, sound.readframes(8000))
                    found[key] = found.get(key, 0) + 1
    for part, arrays in parts(digits):
        for clip, y, length, speaker in zip(*(arrays[k] for k in ("x", "y", "length", "speaker")), strict=True):
            found[part, int(y), speaker, clip[:length].tobytes()] -= 1
    assert len(found) > 2990 and not any(found.values())


@pytest.mark.mirror("free_spoken_digits.tgz")
def test_the_mirror_is_held_against_the_recordings_and_not_the_archive(tmp_path, monkeypatch):
    with tarfile.open(paths.mirror() / "free_spoken_digits.tgz") as packed:
        files = {entry.name: packed.extractfile(entry).read() for entry in packed if entry.isfile()}
    monkeypatch.setenv("LAYERWISE_MIRROR", str(tmp_path))
    (tmp_path / "free_spoken_digits.tgz").write_bytes(archive(files))
    digits = data.load("spoken_digits")
    assert digits.source == "mirror" and "recordings alone" in digits.note and len(digits.x_train) == 2700
    assert "mirror folder, checked by content" in repr(digits)
    name = next(name for name in files if name.endswith("7_theo_21.wav"))
    files[name] = files[name][:-2] + bytes([files[name][-2] ^ 1]) + files[name][-1:]
    (tmp_path / "free_spoken_digits.tgz").write_bytes(archive(files))
    got = data.load("spoken_digits")
    assert got.source == "bundled" and "other values in x_train than the card promises" in got.note


def test_the_address_and_the_missing_hash_are_told():
    card = data.load("spoken_digits", source="bundled").card
    (file,) = card.official["files"]
    assert file["address"].endswith("/archive/v1.0.10.tar.gz") and file["hash"] == ""


# Archives that are not what they should be ----------------------------------------------------------------------------


def wav(count=2000, *, channels=1, width=2, rate=8000):
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes([1]) * count * channels * width)
    return file.getvalue()


def recordings():
    people, sound = ("ann", "bob", "cem", "dua", "eva", "fei"), wav(200)
    return {f"any-1.0/recordings/{d}_{p}_{n}.wav": sound for d in range(10) for p in people for n in range(50)}


def archive(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def read(tmp_path):
    """A function that reads the recordings in an archive of some files."""

    def reader(files):
        path = tmp_path / "digits.tar.gz"
        path.write_bytes(files if isinstance(files, bytes) else archive(files))
        return speech.recordings([path])

    return reader


def test_the_official_archive_has_a_folder_and_scripts_around_its_recordings(read):
    files = {**recordings(), "any-1.0/README.md": b"hello", "any-1.0/utils/trimmer.py": b"pass"}
    files["any-1.0/recordings/3_cem_7.wav"] = wav(9000)
    arrays = read(files)
    assert len(arrays["x_train"]) == 2700 and len(arrays["x_test"]) == 300
    assert sorted(arrays["length_train"])[-2:] == [200, 8000]
    longest = int(np.argmax(arrays["length_train"]))
    assert (arrays["y_train"][longest], arrays["speaker_train"][longest]) == (3, "cem")
    assert set(arrays["y_test"][:60]) == set(range(10)) and len(set(arrays["speaker_test"][:60])) == 6


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"recordings/0_ann_0.wav": b"RIFF"}, r"holds recordings/0_ann_0.wav, which is no WAV file"),
        ({"recordings/0_ann_0.wav": wav()[:60]}, "which is cut short: 16 of 4,000 bytes"),
        ({"recordings/0_ann_0.wav": wav(0)}, "which is cut short: 0 of 0 bytes"),
        ({"recordings/0_ann_0.wav": wav(channels=2)}, "2 channels of 16 bits at 8000 Hz"),
        ({"recordings/0_ann_0.wav": wav(rate=16000)}, "at 16000 Hz"),
        ({"recordings/0_ann_0.wav": wav(width=1)}, "1 channels of 8 bits"),
        ({"recordings/0_ann_0.wav": wav()}, r"holds 1 recordings of 1 people .* 50 of each digit"),
        ({"sounds/0_ann_0.wav": wav(), "recordings/ann.wav": wav()}, "holds 0 recordings of 0 people"),
        ({"../0_ann_0.wav": wav()}, "leads out of its folder"),
        ({f"{i}.txt": b"" for i in range(5001)}, "more than the 5,000 files"),
        ({"a": bytes(30_000_001), "b": bytes(30_000_000)}, "unpacks to more than"),
        (b"<html>log in</html>", "is no archive"),
    ],
)
def test_an_archive_with_other_content_is_refused(read, files, says):
    with pytest.raises(Damaged, match=says):
        read(files)


def test_an_archive_with_too_many_too_few_or_other_recordings_is_refused(read):
    files = recordings()
    with pytest.raises(Damaged, match="holds 3,001 recordings of 7 people"):
        read({**files, "recordings/0_gus_0.wav": wav(200)})
    with pytest.raises(Damaged, match=r"holds 2,\d+ recordings of 6 people|is cut short"):
        read(archive(files)[:-1000])
    del files["any-1.0/recordings/9_fei_49.wav"]
    with pytest.raises(Damaged, match="holds 2,999 recordings of 6 people"):
        read(files)


# Samples that are not what they should be -----------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path):
    """A folder with a copy of the bundled words, to break."""
    shutil.copytree(paths.bundled() / "spoken_words", tmp_path / "spoken_words")
    return tmp_path


@pytest.mark.parametrize("file", ["voices.mp3", "voices.npz", "people.mp3", "people.npz"])
@pytest.mark.parametrize(
    ("damage", "says"), [("missing", "is missing"), ("cut", "hash differs"), ("other", "hash differs")]
)
def test_a_damaged_sample_says_which_file_and_how_to_bring_it_back(copy, file, damage, says):
    path = copy / "spoken_words" / file
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-100] if damage == "cut" else b"<html>log in</html>")
    with pytest.raises(CourseError, match=says) as caught:
        speech.load("spoken_words", source="bundled", folder=copy)
    assert str(path) in str(caught.value) and "git checkout" in str(caught.value)


@pytest.fixture
def tiny(tmp_path):
    """A function that reads two clips after some change to their sound or their table."""
    import soundfile

    whole = (3000 * np.sin(np.arange(9000) / 4)).astype("int16")
    table = {
        "samples": np.array([9000]), "start": np.array([0, 5000]), "length": np.array([4000, 3000]),
        "y": np.array([0, 1]), "test": np.array([0, 1]), "speaker": np.array(["ann", "bob"]),
    }

    def reader(*, sound=None, **change):
        soundfile.write(tmp_path / "a.mp3", whole if sound is None else sound, change.pop("rate", 8000), format="MP3")
        np.savez(tmp_path / "a.npz", **{name: array for name, array in (table | change).items() if array is not None})
        return speech.read_clips(tmp_path / "a.mp3", tmp_path / "a.npz", ("speaker",))

    reader.folder = tmp_path
    return reader


def test_clips_are_cut_where_the_table_says(tiny):
    clips, test = tiny()
    assert clips["x"].shape == (2, 8000) and clips["speaker"].tolist() == ["ann", "bob"]
    assert test.tolist() == [False, True]
    assert clips["x"][0, :4000].any() and not clips["x"][0, 4000:].any()
    wanted = 3000 * np.sin(np.arange(5000, 8000) / 4)
    assert np.corrcoef(clips["x"][1, 200:2800], wanted[200:2800])[0, 1] > 0.99  # the encoder shifts nothing


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sound": np.zeros(8000, "int16")}, r"belongs to a sound of 9,000 samples, and a.mp3 has 8,000"),
        ({"start": np.array([0, 7000])}, "outside of a.mp3"),
        ({"start": np.array([-1, 5000])}, "outside of a.mp3"),
        ({"length": np.array([0, 3000])}, "outside of a.mp3"),
        ({"length": np.array([8001, 3000])}, "longer than 8,000"),
        ({"y": np.array([0])}, "arrays differ in length"),
        ({"speaker": None}, "holds no array 'speaker"),
        ({"speaker": np.array(["a", "b"], object)}, "is not an .npz file"),
        ({"sound": np.zeros((9000, 2), "int16")}, "not mono at 8000"),
        ({"rate": 16000}, "not mono at 8000"),
    ],
)
def test_a_sound_and_a_table_that_do_not_fit_are_refused(tiny, change, says):
    with pytest.raises(Damaged, match=says):
        tiny(**change)


def test_a_sound_that_is_none_is_refused(tiny):
    tiny()
    (tiny.folder / "a.mp3").write_bytes(b"<html>log in</html>")
    with pytest.raises(Damaged, match=r"a.mp3, which is cut short or is no sound file"):
        speech.read_clips(tiny.folder / "a.mp3", tiny.folder / "a.npz", ("speaker",))


def test_an_old_soundfile_is_told_how_to_learn_mp3(tiny, monkeypatch):
    import soundfile

    def refuse(*_, **__):
        raise soundfile.LibsndfileError(1)

    tiny()
    monkeypatch.setattr(soundfile, "read", refuse)
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "WAV"})
    with pytest.raises(Damaged, match=r"cannot read MP3: `pip install --upgrade soundfile`"):
        speech.read_clips(tiny.folder / "a.mp3", tiny.folder / "a.npz", ("speaker",))
