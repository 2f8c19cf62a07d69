"""Make the samples of spoken digits and words in ``data/spoken_digits`` and ``data/spoken_words``.

    apt-get install espeak-ng flite
    python -m layerwise.authoring.bundles.speech spoken_digits

    apt-get download asterisk-core-sounds-{en,es,fr,it,ru}-wav
    for package in asterisk-core-sounds-*.deb; do dpkg -x $package prompts; done
    python -m layerwise.authoring.bundles.speech spoken_words prompts/usr/share/asterisk/sounds

The speakers are voices of espeak-ng 1.51 and Flite 2.2, each with its own accent, pitch, pace and length of the vocal
tract; within a speaker every take differs a little. Left out are voices that whisper, that are called robots, that
sound the same as another, or whose digits a classifier trained on real people understood in fewer than 58 of 100 cases;
so is the West Midlands accent. The takes are laid end to end with 50 ms of silence between them and encoded as one MP3:
a file for each would cost more in headers than in sound.
"""

import argparse
import io
import subprocess
import wave
from pathlib import Path

import numpy as np

from layerwise.authoring.bundles import _pack

RATE = 8000
LONGEST = 8000
GAP = 400
SEED = 20
DIGITS = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
}
COMMANDS = "yes no up down left right on off stop go"
ACCENTS = {
    "en": ("en-us", "en", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-gb-x-gbclan", "en-us-nyc"),
    "de": ("de",), "es": ("es", "es-419"), "fr": ("fr",), "it": ("it",), "ru": ("ru",),
}  # not "en-gb" nor "fr-fr": with these names espeak-ng gives the same voice whichever was asked for
TRAINING = (
    "Alex", "Andrea", "Denis", "Diogo", "Gene", "Henrique", "Hugo", "Marco", "Mario", "Michael", "Nguyen", "Storm",
    "adam", "anika", "aunty", "belinda", "benjamin", "croak", "david", "edward", "f1", "f3", "f4", "f5", "grandpa",
    "iven", "john", "klatt3", "klatt4", "linda", "m1", "m2", "m3", "m4", "m6", "m7", "m8", "max", "michel", "norbert",
    "pedro", "rob", "robert", "sandro", "victor", "awb", "kal", "slt",
)
TEST = (
    "Mike", "antonio", "ed", "f2", "grandma", "m5", "pablo", "paul", "quincy", "steph", "steph2", "rms",
)
FLITE = {"awb": 125, "kal": 110, "rms": 95, "slt": 165}  # their usual pitch, in Hz
MULTILINGUAL = (
    "Alex", "Andrea", "Diogo", "Michael", "Nguyen", "adam", "anika", "aunty", "belinda", "benjamin", "edward", "f1",
    "f3", "f4", "grandpa", "iven", "klatt4", "linda", "m1", "m2", "m4", "max", "norbert", "sandro", "Mike", "f2",
    "grandma", "m5", "paul", "steph",
)
# Who speaks in the prompts of the telephone system Asterisk, by language: folder and name.
PEOPLE = {
    "en": ("en_US_f_Allison", "Allison Smith"),
    "es": ("es_MX_f_Allison", "Allison Smith"),
    "fr": ("fr_CA_f_June", "June Wallack"),
    "it": ("it_IT_m_Carlo", "Carlo Flora"),
    "ru": ("ru_RU_f_IvrvoiceRU", "IvrvoiceRU"),
}


def digits():
    """Return the clips of ``spoken_digits``: 60 speakers say each digit four times."""
    clips = []
    for name in TRAINING + TEST:
        random = np.random.default_rng([SEED, (TRAINING + TEST).index(name)])
        speaker = person(name, random)
        for digit, word in enumerate(DIGITS["en"].split()):
            for _ in range(4):
                sound = take(speaker, word, speaker["accents"]["en"], random)
                clips.append({"sound": sound, "y": digit, "speaker": name, "accent": speaker["accents"]["en"],
                              "word": word, "test": name in TEST})
    return shuffled(clips)


def words():
    """Return the clips of ``spoken_words``: 30 speakers say commands twice, and digits in six languages once."""
    clips = []
    for name in MULTILINGUAL:
        random = np.random.default_rng([SEED + 1, (TRAINING + TEST).index(name)])
        speaker = person(name, random)
        said = [(language, i, word) for language in DIGITS for i, word in enumerate(DIGITS[language].split())]
        said += [("en", 10 + i, word) for i, word in enumerate(COMMANDS.split())] * 2
        for language, meaning, word in said:
            sound = take(speaker, word, speaker["accents"][language], random)
            clips.append({"sound": sound, "y": meaning, "speaker": name, "language": language, "word": word,
                          "accent": speaker["accents"][language], "test": name in TEST})
    return shuffled(clips)


def prompts(folder):
    """Return the real clips: the digits of each language in a folder with the unpacked prompts of Asterisk."""
    clips = []
    for language, (place, name) in PEOPLE.items():
        for digit, word in enumerate(DIGITS[language].split()):
            sound = read((Path(folder) / place / "digits" / f"{digit}.wav").read_bytes())[1]
            clips.append({"sound": trimmed(sound, before=0.04, after=0.08), "y": digit, "speaker": name,
                          "accent": place[:5].replace("_", "-"), "language": language, "word": word, "test": True})
    return clips


def person(name, random):
    """Return what belongs to a speaker in every take: accents, pitch, pace and length of the vocal tract."""
    number = (TRAINING + TEST).index(name)
    return {
        "name": name,
        "accents": {language: accents[number % len(accents)] for language, accents in ACCENTS.items()}
        | ({"en": "en-gb-scotland" if name == "awb" else "en-us"} if name in FLITE else {}),
        "pitch": random.uniform(-12, 12),
        "pace": random.uniform(0.9, 1.25),
        "tract": random.uniform(0.88, 1.12),  # below 1 a longer one: all resonances lower
        "colour": random.uniform(-0.4, 0.4),  # of the microphone: dull below 0, sharp above
    }


def take(speaker, word, accent, random):
    """Return one recording of a word, int16 at 8 kHz: pitch, pace, melody and loudness differ from take to take."""
    pace, pitch = speaker["pace"] * random.uniform(0.85, 1.15), speaker["pitch"] + random.uniform(-8, 8)
    ending, loudness = random.choice([".", "?", "!", ","], p=[0.5, 0.15, 0.2, 0.15]), random.uniform(-25, -15)
    before, after = random.uniform(0.005, 0.05, 2)
    while True:
        rate, sound = spoken(speaker["name"], word + ending, accent, pace, pitch)
        sound = resampled(sound, rate * speaker["tract"])
        sound = trimmed(sound - speaker["colour"] * np.append(0, sound[:-1]), before=before, after=after)
        if len(sound) <= LONGEST:
            return loud(sound, loudness)
        pace *= 1.08


def spoken(name, text, accent, pace, pitch):
    """Return sampling rate and samples of a text said by a synthetic voice."""
    if name in FLITE:
        pitch = FLITE[name] * 2 ** (pitch / 40)
        options = {"duration_stretch": f"{1 / pace:.3f}", "int_f0_target_mean": f"{pitch:.1f}"}
        command = ["flite", "-voice", {"kal": "kal16"}.get(name, name)]
        command += [part for option in options.items() for part in ("--setf", "=".join(option))]
        command += ["-t", text, "-o", "/dev/stdout"]
    else:
        command = ["espeak-ng", "-v", f"{accent}+{name}", "-s", str(round(150 * pace)), "-p", str(round(48 + pitch))]
        command += ["-a", "50", "--stdout", text]  # half as loud as usual: some voices overflow
    return read(subprocess.run(command, capture_output=True, check=True).stdout)


def read(content):
    """Return rate and samples of a WAV file; one written to a pipe does not know its own length."""
    with wave.open(io.BytesIO(content)) as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise SystemExit("A recording is not mono with 16 bits.")
        return file.getframerate(), np.frombuffer(file.readframes(len(content) // 2), "<i2").astype("float64")


def resampled(sound, rate):
    """Return sound at 8 kHz that was recorded at another rate."""
    from scipy.signal import resample_poly

    return resample_poly(sound, RATE // 10, round(rate / 10))


def trimmed(sound, *, before, after):
    """Return sound without the silence around it but for some seconds; silence is 40 dB below the loudest 10 ms."""
    sound = np.asarray(sound, "float64")
    power = np.convolve(sound**2, np.ones(80) / 80, "same")
    heard = np.flatnonzero(power > power.max() * 1e-4)
    start, end = heard[0] - round(before * RATE), heard[-1] + 1 + round(after * RATE)
    return np.pad(sound, (max(0, -start), max(0, end - len(sound))))[max(0, start) : end + max(0, -start)]


def loud(sound, level):
    """Return sound as int16 with a loudness in dB below full scale, or as near to it as the peaks allow."""
    sound = sound - sound.mean()
    sound = sound * 10 ** (level / 20) / np.sqrt(np.mean(sound**2))
    return np.round(sound * 32767 * min(1, 0.9 / np.abs(sound).max())).astype("int16")


def shuffled(clips):
    """Return clips in another order, always the same, so that no run of them is of one speaker or one class."""
    return [clips[i] for i in np.random.default_rng(SEED).permutation(len(clips))]


def laid_out(clips):
    """Return all clips one after another with silence between them, and an array for each of their properties."""
    length = np.array([len(clip["sound"]) for clip in clips], "int32")
    start = (np.cumsum(length + GAP) - length).astype("int32")
    whole = np.zeros(start[-1] + length[-1] + GAP, "int16")
    for clip, first in zip(clips, start, strict=True):
        whole[first : first + len(clip["sound"])] = clip["sound"]
    about = {name: np.array([clip[name] for clip in clips]) for name in clips[0] if name != "sound"}
    about = {name: array.astype("uint8") if array.dtype.kind in "bi" else array for name, array in about.items()}
    return whole, {"samples": np.array([len(whole)]), "start": start, "length": length, **about}


def mp3(whole):
    """Return sound as the bytes of an MP3 file of 24 kbit/s."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(
        file, whole, RATE, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.7
    )
    return file.getvalue()


def main():
    """Speak, lay out, encode, hold against the card, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["spoken_digits", "spoken_words"])
    parser.add_argument("folder", nargs="?", type=Path, help="for spoken_words: the unpacked prompts of Asterisk")
    options = parser.parse_args()
    if options.name == "spoken_digits":
        whole, about = laid_out(digits())
        files = {"voices.mp3": mp3(whole), "voices.npz": _pack.npz(about)}
    elif options.folder is None:
        parser.error("spoken_words needs the folder of the prompts")
    else:
        whole, about = laid_out(words())
        files = {"voices.mp3": mp3(whole), "voices.npz": _pack.npz(about)}
        whole, about = laid_out(prompts(options.folder))
        files |= {"people.mp3": mp3(whole), "people.npz": _pack.npz(about)}
    _pack.write(options.name, files)


if __name__ == "__main__":
    main()
