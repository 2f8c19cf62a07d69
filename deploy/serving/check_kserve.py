"""Check a KServe document against KServe's own description of its fields.

    python -m venv kserve-check && kserve-check/bin/pip install kserve pyyaml
    kserve-check/bin/python deploy/serving/check_kserve.py deploy/serving/kserve.yaml

An environment of its own, since the package does not install beside the course's pins. It finds fields that KServe does
not know, and values of a wrong type; whether a cluster would run the document, only a cluster can tell.
"""

import re
import sys
from pathlib import Path

import kserve
import yaml


def unknown(value, kind, place="document"):
    """Yield a sentence for every field of a value that a type of KServe or Kubernetes does not describe."""
    inside = re.fullmatch(r"(list|dict)[\[(](?:(?:\w+), ?)?(.*)[\])]", kind, re.IGNORECASE)
    if inside:
        items = enumerate(value) if inside[1].lower() == "list" else value.items()
        for name, item in items:
            yield from unknown(item, inside[2], f"{place}.{name}")
    elif kind in _PLAIN:
        if not isinstance(value, _PLAIN[kind]):
            yield f"{place} is {value!r}, but must be {kind}"
    else:
        yield from _fields(value, _model(kind), place)


_PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float), "object": object, "datetime": str}


def _model(kind):
    import kubernetes.client

    for module in (kserve, kserve.models, kubernetes.client):
        if hasattr(module, kind):
            return getattr(module, kind)
    raise SystemExit(f"KServe names a type {kind} that it does not describe.")


def _fields(value, model, place):
    if not isinstance(value, dict):
        yield f"{place} is {value!r}, but must have fields"
        return
    names = {model.attribute_map[attribute]: kind for attribute, kind in model.openapi_types.items()}
    for name, item in value.items():
        if name not in names:
            yield f"{place}.{name} is not a field of {model.__name__}"
        else:
            yield from unknown(item, names[name], f"{place}.{name}")


def main(path):
    """Print what is wrong with a document; returns the exit code."""
    document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    wrong = list(unknown(document, "V1beta1InferenceService"))
    if (document.get("apiVersion"), document.get("kind")) != ("serving.kserve.io/v1beta1", "InferenceService"):
        wrong.append("it is no InferenceService of serving.kserve.io/v1beta1")
    print("\n".join(wrong) or "Every field is known to KServe, and has the right type.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
