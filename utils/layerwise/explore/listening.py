"""Sounds to listen to in a page: players that need no kernel, no network, and never start by themselves."""

import base64
import html

from layerwise.explore.input_sounds import wav
from layerwise.suggest import CourseError

_MOST = 3_000_000  # samples of all sounds together; they are saved in the notebook


class Sounds:
    """Recordings with a player each; see `layerwise.explore.listen`.

    Attributes:
        clips: Dict of samples by caption.
        rate: Samples a second.
    """

    def __init__(self, clips, rate, title):
        self.clips, self.rate, self.title = clips, rate, title

    @property
    def sentence(self):
        """What there is to hear, in words."""
        told = ", ".join(f'"{name}" ({len(clip) / self.rate:.2f} s)' for name, clip in self.clips.items())
        sounds = "1 sound" if len(self.clips) == 1 else f"{len(self.clips)} sounds"
        return f"{self.title.rstrip('.')}: {sounds} to play: {told}."

    def __repr__(self):
        return self.sentence

    def _repr_mimebundle_(self, **kwargs):
        from layerwise import show

        players = "".join(
            "<figure style='margin:6px 0;display:flex;flex-flow:row wrap;gap:4px 12px;align-items:center'>"
            f"<audio controls preload='metadata' aria-label='{html.escape(name, quote=True)}' "
            "style='height:34px;flex:0 1 260px;min-width:180px' "
            f"src='data:audio/wav;base64,{base64.b64encode(wav(clip, self.rate)).decode()}'></audio>"
            f"<figcaption style='flex:1 1 160px'>{html.escape(name)}</figcaption></figure>"
            for name, clip in self.clips.items()
        )
        inside = f"<p><b>{html.escape(self.title)}</b></p>{players}"
        return {"text/html": show.framed(inside), "text/plain": self.sentence}


def build(clips, rate, title):
    """Return the players; see `layerwise.explore.listen`."""
    import numpy as np

    clips = clips if isinstance(clips, dict) else {title or "a sound": clips}
    made = {}
    for name, samples in clips.items():
        array = np.asarray(samples)
        if array.ndim != 1 or not array.size or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            raise CourseError(
                f"listen() needs samples of shape (n,), all of them numbers, for {str(name)!r}; "
                f"shape {array.shape} of {array.dtype} came."
            )
        made[str(name)] = array.astype("float32")
    total = sum(map(len, made.values()))
    if not made or total > _MOST:
        raise CourseError(
            f"listen() takes between one sound and {_MOST:,} samples in all, since they are saved with the page; "
            f"{len(made)} sounds with {total:,} samples came."
        )
    if not 1_000 <= rate <= 192_000:
        raise CourseError(f"listen() needs a rate from 1,000 to 192,000 samples a second; {rate!r} came.")
    return Sounds(made, int(rate), title or "Listen")
