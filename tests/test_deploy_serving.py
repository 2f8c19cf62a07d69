"""Lesson 25's service for other engines: the files say what the lesson says, and the checker finds what is wrong."""

import ast
import importlib.util
import sys
import types

import pytest
import yaml

FOLDER = "deploy/serving"


@pytest.fixture
def document(root):
    return yaml.safe_load((root / FOLDER / "kserve.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def checker(root, monkeypatch):
    """The checker with a small stand-in for the package, which does not install beside the pins."""

    def kind(**fields):
        names = {name: name for name in fields}
        return type("Kind", (), {"attribute_map": names, "openapi_types": fields})

    package = types.ModuleType("kserve")
    package.models = types.ModuleType("models")
    package.V1beta1InferenceService = kind(apiVersion="str", kind="str", metadata="dict(str, str)", spec="Spec")
    package.models.Spec = kind(minReplicas="int", containers="list[Box]", labels="Dict[str, str]")
    package.models.Box = kind(image="str")
    monkeypatch.setitem(sys.modules, "kserve", package)
    kubernetes = types.ModuleType("kubernetes")
    kubernetes.client = types.ModuleType("kubernetes.client")
    monkeypatch.setitem(sys.modules, "kubernetes", kubernetes)
    monkeypatch.setitem(sys.modules, "kubernetes.client", kubernetes.client)
    spec = importlib.util.spec_from_file_location("check_kserve", root / FOLDER / "check_kserve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GOOD = {
    "apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": {"name": "digits"},
    "spec": {"minReplicas": 0, "containers": [{"image": "a"}], "labels": {"a": "b"}},
}


def test_the_checker_accepts_what_is_right(checker):
    assert list(checker.unknown(GOOD, "V1beta1InferenceService")) == []


@pytest.mark.parametrize("change, told", [
    ({"minReplicas": "none"}, "minReplicas is 'none', but must be int"), ({"minimum": 0}, "minimum is not a field"),
    ({"containers": [{"picture": "a"}]}, r"containers\.0\.picture is not a field"),
    ({"containers": ["a"]}, "must have fields"), ({"labels": {"a": 1}}, "labels.a is 1, but must be str"),
])
def test_the_checker_finds_what_is_wrong(checker, change, told):
    import re

    wrong = list(checker.unknown({**GOOD, "spec": change}, "V1beta1InferenceService"))
    assert len(wrong) == 1 and re.search(told, wrong[0])


def test_the_document_scales_to_zero_and_batches_as_ray_does(document, root):
    assert (document["apiVersion"], document["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    predictor = document["spec"]["predictor"]
    assert predictor["minReplicas"] == 0 and predictor["model"]["runtime"] == "kserve-tritonserver"
    # KServe's own batcher speaks protocol v1 only, and Triton v2: one of the two must batch, and it is Triton.
    assert "batcher" not in predictor and predictor["model"]["protocolVersion"] == "v2"
    settings = keywords(root, "batch")
    triton = (root / FOLDER / "triton/digits/config.pbtxt").read_text(encoding="utf-8")
    assert f"max_batch_size: {settings['max_batch_size']}\n" in triton
    assert f"max_queue_delay_microseconds: {round(1e6 * settings['batch_wait_timeout_s'])}\n" in triton


def test_triton_reads_the_file_that_the_lesson_writes_by_hand(root):
    triton = (root / FOLDER / "triton/digits/config.pbtxt").read_text(encoding="utf-8")
    lesson = (root / "notebooks/src/25_serving.py").read_text(encoding="utf-8")
    assert "mlp (float[n, 784] pixels) => (float[n, 10] chances)" in lesson
    assert 'name: "pixels", data_type: TYPE_FP32, dims: [ 784 ]' in triton
    assert 'name: "chances", data_type: TYPE_FP32, dims: [ 10 ]' in triton


def test_the_document_asks_for_no_more_than_it_needs(document):
    model = document["spec"]["predictor"]["model"]
    assert set(model["resources"]["limits"]) == {"cpu", "memory"}
    assert model["securityContext"]["allowPrivilegeEscalation"] is False and model["securityContext"]["runAsNonRoot"]


def test_ray_listens_on_this_machine_only(root):
    text = (root / FOLDER / "ray_app.py").read_text(encoding="utf-8")
    assert '_node_ip_address="127.0.0.1"' in text and '"host": "127.0.0.1"' in text and "0.0.0.0" not in text


def test_ray_has_the_door_of_the_lesson(root):
    """Whoever is refused by one is refused by the other."""
    here, there = (
        {node.name: ast.unparse(node) for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8")))
         if isinstance(node, ast.ClassDef) and node.name == "Drawing"}
        for path in ("notebooks/src/25_serving.py", f"{FOLDER}/ray_app.py")
    )
    assert "strict=True, extra='forbid'" in here["Drawing"] and "strict=True, extra='forbid'" in there["Drawing"]
    for path in ("notebooks/src/25_serving.py", f"{FOLDER}/ray_app.py"):
        text = (root / path).read_text(encoding="utf-8")
        assert "Field(ge=0, le=1, allow_inf_nan=False)" in text and "Field(min_length=784, max_length=784)" in text


def keywords(root, name):
    """Return the keyword arguments of a decorator `serve.name(...)` in the Ray app."""
    for node in ast.walk(ast.parse((root / FOLDER / "ray_app.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == name:
            return {word.arg: ast.literal_eval(word.value) for word in node.keywords}
    raise AssertionError(f"there is no serve.{name}(...)")
