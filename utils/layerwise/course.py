"""What the course has: parts, lessons, exercises and questions, known also where only the package is installed.

``layerwise build`` writes ``course.json`` beside this module from ``syllabus.toml`` and the sources.
"""

import functools
import json
from pathlib import Path


@functools.cache
def load():
    """Return the course.

    Returns:
        A dict of lists of dicts, each in the course's order. Do not change it: it is read once.

        | list | keys |
        |---|---|
        | parts | number, title |
        | lessons | id, number, title, part, requires (ids of lessons), minutes, lab (or None) |
        | exercises | id, title, lesson, answer, requires (ids of exercises), task, above, stub |
        | questions | key, kind ("quiz" or "predict"), lesson, question, answers, and for a quiz: right |

    Example:
        >>> from layerwise import course
        >>> course.load()["lessons"][0]["title"]
        'Start here'
    """
    return json.loads((Path(__file__).parent / "course.json").read_text(encoding="utf-8"))


def label(lesson):
    """Return a lesson's name as pages show it.

    Example:
        >>> label({"number": "02", "title": "Neural networks"})
        '02 · Neural networks'
    """
    return f"{lesson['number']} · {lesson['title']}"
