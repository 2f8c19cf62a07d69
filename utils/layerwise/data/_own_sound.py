"""Decode somebody's own recordings: any rate, channels and kind of samples, as mono of one rate."""

import math

from layerwise.data import _own_files
from layerwise.data import _own_report as report
from layerwise.suggest import CourseError

_SILENT = 1e-3  # -60 dB of full scale: the hiss of a quiet room is louder
_CLIPPED = 0.001  # share of samples that stand at full scale, three or more in a row
_RATES = (1_000, 768_000)
_ELSEWHERE = (".m4a", ".aac", ".wma", ".mp4", ".amr", ".webm", ".3gp", ".mov")
_SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".opus", ".au", ".w64", ".caf")


def read(place, *, rate, longest, labels):
    """Return the data set of a recording or of a folder of them; see `layerwise.data.from_wav`."""
    import numpy as np

    if place.is_dir():
        classes, files, dropped, remarks = _own_files.scan(place, labels=labels, noun="recording", call="from_wav")
        files = _own_files.without_copies(files, place, classes, dropped, remarks)
    else:
        classes, files, dropped, remarks, labels = ("",), [(0, place)], [], [], False
    clips, kept, found = [], [], {}
    for number, path in files:
        clip, told = one(path, rate, longest)
        if clip is None:
            dropped.append((_own_files.relative(path, place), told))
            continue
        clips.append(clip)
        kept.append((number, path))
        for words in told:
            found.setdefault(words, []).append(_own_files.relative(path, place))
        report.fits(
            len(files) * max(map(len, clips)) * 4, f"{len(files):,} recordings of up to {longest:g} s at {rate:,} Hz",
            "a lower longest= or rate=",
        )
    if not place.is_dir() and not clips:
        raise CourseError(
            f"The file {report.shown(place)} cannot be used: {dropped[0][1]}. Expected was a recording as WAV, FLAC, "
            "OGG or MP3."
        )
    classes, y = _own_files.settled(
        classes, [number for number, _ in kept], dropped, labels=labels, noun="recording", folder=place
    )
    lengths = np.array([len(clip) for clip in clips], "int64")
    x = np.zeros((len(clips), lengths.max()), "float32")
    for row, clip in zip(x, clips, strict=True):
        row[: len(clip)] = clip
    arrays = {"x": x, "length": lengths, "rate": rate, "files": [path for _, path in kept]}
    told = {
        "x": "samples between -1 and 1, mono, filled up with zeros",
        "length": f"samples of each; from {lengths.min() / rate:.2f} to {lengths.max() / rate:.2f} seconds",
        "rate": "samples a second (Hz)", "files": "their paths",
    }
    if y is not None:
        arrays["y"], told["y"] = y, report.per_class(y, classes)
    remarks += [f"{report.count(len(paths), 'recording')} {words} ({report.some(paths)})." for words, paths in
                found.items()]
    what = report.count(len(clips), "recording") + (f" in {len(classes)} classes" if labels else "")
    return report.dataset(
        kind="sound", title=f"Your own recordings: {report.shown(place.name)}", place=place, classes=classes,
        what=f"{what}, {lengths.sum() / rate:,.1f} seconds together, brought to {rate:,} Hz mono.", arrays=arrays,
        told=told, dropped=dropped, remarks=remarks,
    )


def one(path, rate, longest):
    """Return the samples of one recording and what to tell of it, or None and why it cannot be used."""
    import numpy as np
    import soundfile

    try:
        if path.stat().st_size == 0:
            return None, "an empty file"
        if _cut_short(path):
            return None, "cut short: its header promises more than there is"
        with path.open("rb") as file, soundfile.SoundFile(file) as sound:
            source, promised = sound.samplerate, sound.frames
            if not _RATES[0] <= source <= _RATES[1]:  # a damaged header: its filter would not fit into memory
                return None, f"its header tells a rate of {source:,} Hz"
            samples = sound.read(min(promised, math.ceil(longest * source)), dtype="float32", always_2d=True)
    except PermissionError:
        return None, "may not be read (permission denied)"
    except Exception as error:  # soundfile raises several kinds on bytes that are no sound
        if isinstance(error, OSError) and error.errno is not None:
            return None, f"cannot be read ({error.strerror})"
        return None, _why(path)
    if not len(samples):
        return None, "holds no samples"
    if len(samples) < min(promised, math.ceil(longest * source)):
        return None, "cut short: its header promises more than there is"
    if not np.isfinite(samples).all():
        return None, "holds samples that are no numbers (NaN or infinite)"
    told = [f"longer than {longest:g} s: the beginning was taken"] if promised > len(samples) else []
    mono, more = _mixed(samples)
    return _resampled(mono, source, rate), [*told, *more]


def _why(path):
    ending = path.suffix.lower()
    if ending in _ELSEWHERE:
        return f"{ending[1:]}, which is not read here: save it as WAV, FLAC or MP3"
    return "damaged, or holds no sound in spite of its ending" if ending in _SOUNDS else "no recording"


def _mixed(samples):
    """Return samples of shape `(n, channels)` as mono, and what to tell of them."""
    import numpy as np

    told = []
    peak = float(np.abs(samples).max())
    if peak > 1:  # float files may go beyond full scale
        samples, told = samples / peak, ["louder than full scale: made softer"]
    elif _clipped(samples, peak):
        told = ["clipped: the loudest parts are cut off"]
    mono = samples.mean(axis=1)
    if peak >= _SILENT and np.abs(mono).max() < _SILENT * peak:
        return samples[:, 0], [*told, "with channels that cancel each other: the first was taken"]
    return mono, [*told, "silent"] if peak < _SILENT else told


def _clipped(samples, peak):
    import numpy as np

    if peak < 0.99:
        return False
    top = np.abs(samples) >= peak * 0.9999
    runs = top[2:] & top[1:-1] & top[:-2]  # a peak of a clean recording touches full scale for one sample or two
    return runs.mean() > _CLIPPED if len(runs) else False


def _resampled(mono, source, rate):
    """Return samples at another rate."""
    import numpy as np
    from scipy.signal import resample_poly

    if source == rate:
        return mono.astype("float32")
    common = math.gcd(source, rate)
    changed = resample_poly(mono, rate // common, source // common)
    return np.clip(changed, -1, 1).astype("float32")  # the filter may overshoot a little


def _cut_short(path):
    """Return True for a WAV file that is shorter than its header says; libsndfile reads those without a word.

    The RIFF header's bytes 4 to 8 hold the size of what follows. Programs that write into a pipe leave 0 or the largest
    number there.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return False
    promised = int.from_bytes(head[4:8], "little") + 8
    return 8 < promised < 2**32 - 64 and path.stat().st_size < promised
