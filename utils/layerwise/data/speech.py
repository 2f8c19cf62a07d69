"""Data sets of short recordings of single spoken words: digits and commands, by people and by synthetic voices."""

import functools
import io
import re
import wave

from layerwise.data import _archive, _sources, pictures
from layerwise.data._sources import Damaged

RATE = 8000
LONGEST = 8000  # samples of a clip: one second
_RECORDING = re.compile(r"(?:.*/)?recordings/(\d)_([a-z]+)_(\d+)\.wav")
_TEST = 5  # the authors' split: recordings 0 to 4 of each digit and speaker are for testing
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEXTS = {  # what is known of each bundled clip beside its class
    "spoken_digits": ("speaker", "accent", "word"),
    "spoken_words": ("speaker", "accent", "language", "word"),
}


def load(name, *, source="auto", address=None, folder=None, **options):
    """Return a data set of spoken words.

    ``x_train`` and ``x_test`` are int16 of shape `(n, 8000)`, zeros after the end of each clip; ``length_train``,
    ``y_train`` and ``speaker_train`` belong to them, and ``rate`` is 8000 samples a second.

    Args:
        name: "spoken_digits" or "spoken_words".
        source: See `layerwise.data.load`.
        address: Another address of the official file.
        folder: The folder of bundled data; the course's own when None.
    """
    return _sources.load(
        name, source=source, address=address, folder=folder, options=options, official=recordings,
        bundled=functools.partial(bundled, texts=_TEXTS[name]),
    )


def bundled(files, *, texts):
    """Return the arrays of a bundled sample.

    Args:
        files: An MP3 file and the ``.npz`` file that tells its clips apart; perhaps two more, of real people.
        texts: The names of the arrays of texts in the ``.npz`` files.
    """
    clips, test = read_clips(files[0], files[1], texts)
    arrays = {f"{name}_{part}": array[chosen] for part, chosen in (("train", ~test), ("test", test))
              for name, array in clips.items()}
    if len(files) > 2:
        arrays |= {f"{name}_real": array for name, array in read_clips(files[2], files[3], texts)[0].items()}
    return {**arrays, "rate": RATE}


def read_clips(sound, table, texts):
    """Return clips that lie one after another in one MP3 file.

    Args:
        sound: The path of the MP3 file.
        table: The path of an ``.npz`` file with "samples", the number of all samples, and for each clip "start" and
            "length" in samples, "y", "test" (0 or 1) and the texts.
        texts: The names of the arrays of texts.

    Returns:
        A tuple: a dict of the arrays "x", "y", "length" and the texts; and a boolean array: which are for testing.

    Raises:
        FileNotFoundError: When one of the files is missing.
        Damaged: When one cannot be read, or the two do not fit each other.
    """
    import numpy as np

    about = pictures.read_npz(table, ("samples", "start", "length", "y", "test", *texts))
    total = int(about.pop("samples").sum())
    start, length = about["start"].astype("int64"), about["length"].astype("int64")
    if {array.shape for array in about.values()} != {(len(start),)}:
        raise Damaged("does not tell the same of every clip: its arrays differ in length")
    whole = decoded(sound)
    if len(whole) != total:
        raise Damaged(f"belongs to a sound of {total:,} samples, and {sound.name} has {len(whole):,}")
    if start.min() < 0 or length.min() < 1 or length.max() > LONGEST or (start + length).max() > total:
        raise Damaged(f"names clips that lie outside of {sound.name} or are longer than {LONGEST:,} samples")
    x = np.zeros((len(start), LONGEST), "int16")
    for row, first, many in zip(x, start, length, strict=True):
        row[:many] = whole[first : first + many]
    clips = {"x": x, "y": about["y"], "length": length, **{name: about[name].astype(object) for name in texts}}
    return clips, about["test"] == 1


def decoded(path):
    """Return the samples of a mono sound file of 8 kHz as int16.

    Raises:
        FileNotFoundError: When there is none.
        Damaged: When it is none, or has another rate or more channels.
    """
    import soundfile

    with path.open("rb") as file:
        try:
            samples, rate = soundfile.read(file, dtype="int16")
        except (soundfile.SoundFileError, RuntimeError) as error:
            if "MP3" in soundfile.available_formats():
                raise Damaged(f"tells clips of {path.name}, which is cut short or is no sound file ({error})") from None
            raise Damaged(
                f"tells clips of {path.name}, and the soundfile that is installed here cannot read MP3: "
                f"`pip install --upgrade soundfile` brings one that can"
            ) from None
    if rate != RATE or samples.ndim != 1:
        raise Damaged(f"tells clips of {path.name}, which is not mono at {RATE} samples a second")
    return samples


def recordings(files):
    """Return the arrays of the Free Spoken Digit Dataset from its archive, which is not unpacked to disk.

    Raises:
        Damaged: When it does not hold 50 recordings of each digit by each of six people.
    """
    import numpy as np

    found = {}
    for name, content in _archive.members(files[0], files=5_000, size=60_000_000):
        match = _RECORDING.fullmatch(name)
        if match:
            digit, speaker, number = match.groups()
            found[int(number), int(digit), speaker] = samples(name, content)
    speakers = sorted({speaker for _, _, speaker in found})
    wanted = {(number, digit, speaker) for number in range(50) for digit in range(10) for speaker in speakers}
    if set(found) != wanted or len(speakers) != 6:
        raise Damaged(
            f"holds {len(found):,} recordings of {len(speakers)} people named recordings/DIGIT_SPEAKER_NUMBER.wav, "
            f"where 50 of each digit by each of 6 people were expected"
        )
    keys = sorted(found)  # by number first, so that a run of them has every digit and every speaker
    x, length = np.zeros((len(keys), LONGEST), "int16"), np.zeros(len(keys), "int64")
    for i, key in enumerate(keys):
        clip = found[key][:LONGEST]
        x[i, : len(clip)], length[i] = clip, len(clip)
    number, digit = (np.array([key[k] for key in keys], "int64") for k in (0, 1))
    arrays = {
        "x": x, "y": digit, "length": length, "speaker": np.array([key[2] for key in keys], dtype=object),
        "word": np.array(_WORDS, dtype=object)[digit],
    }
    return {
        f"{name}_{part}": array[chosen]
        for part, chosen in (("train", number >= _TEST), ("test", number < _TEST)) for name, array in arrays.items()
    } | {"rate": RATE}


def samples(name, content):
    """Return the samples of a WAV file's content.

    Args:
        name: Its name in the archive.
        content: Its bytes: mono, 16 bits, 8 kHz.

    Raises:
        Damaged: When it is something else, or empty.
    """
    import numpy as np

    try:
        with wave.open(io.BytesIO(content)) as file:
            form, count = (file.getnchannels(), file.getsampwidth(), file.getframerate()), file.getnframes()
            frames = file.readframes(count)
    except (wave.Error, EOFError) as error:
        raise Damaged(f"holds {name}, which is no WAV file ({type(error).__name__}: {error})") from None
    if form != (1, 2, RATE):
        raise Damaged(
            f"holds {name} with {form[0]} channels of {8 * form[1]} bits at {form[2]} Hz; one channel of 16 bits at "
            f"{RATE} Hz was expected"
        )
    if not frames or len(frames) != 2 * count:
        raise Damaged(f"holds {name}, which is cut short: {len(frames):,} of {2 * count:,} bytes of sound are there")
    return np.frombuffer(frames, "<i2")
