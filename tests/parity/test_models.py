"""Networks of the papers, written for PyTorch, are the same functions with tensorlite's names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore")]

import tensorlite as tl  # noqa: E402
from tests.parity.aliasing import run, run_with_tensorlite  # noqa: E402

PATHS = sorted((Path(__file__).parent / "models").glob("*.py"))
THEIRS = {path.stem: run(path)["MODELS"] for path in PATHS}
NAMES = [(stem, name) for stem, models in THEIRS.items() for name in models]
_written: dict[str, dict[str, Callable[[], Any]]] = {}


def pair(stem: str, name: str, dtype: str) -> tuple[Any, Any]:
    """A model under both names, with PyTorch's weights; the running statistics are moved away."""
    if stem not in _written:
        path = next(path for path in PATHS if path.stem == stem)
        _written[stem] = run_with_tensorlite(path)["MODELS"]
    torch.manual_seed(0)
    theirs = THEIRS[stem][name]().to(getattr(torch, dtype))
    ours = _written[stem][name]().to(getattr(tl, dtype))
    assert str(ours) == str(theirs)
    shapes = {key: tuple(value.shape) for key, value in theirs.state_dict().items()}
    assert {key: tuple(value.shape) for key, value in ours.state_dict().items()} == shapes
    assert list(ours.state_dict()) == list(shapes)
    draw = np.random.default_rng(1)
    with torch.no_grad():
        for buffer in theirs.buffers():
            if buffer.ndim == 1:
                buffer.copy_(torch.from_numpy(draw.uniform(0.5, 1.5, tuple(buffer.shape))))
    state = {key: tl.from_numpy(value.numpy()) for key, value in theirs.state_dict().items()}
    ours.load_state_dict(state)
    return theirs, ours


def total(library: Any, output: Any) -> tuple[Any, list[np.ndarray]]:
    """A number that every element of the output takes part in, and the outputs."""
    outputs = [output] if hasattr(output, "detach") else list(output)
    weights = [np.cos(np.arange(one.numel())).reshape(tuple(one.shape)) for one in outputs]
    loss = sum(
        (one * library.tensor(weight, dtype=one.dtype)).sum() + one.pow(2).mean()
        for one, weight in zip(outputs, weights, strict=True)
    )
    return loss, [one.detach().numpy() for one in outputs]


def passed(library: Any, model: Any, training: bool, dtype: str) -> dict[str, np.ndarray]:
    """Outputs, gradients and statistics after one pass in each direction."""
    picture = np.random.default_rng(0).standard_normal((2, 3, 32, 32)).astype(dtype)
    x = library.tensor(picture, requires_grad=True)
    model.train(training)
    model.zero_grad()
    loss, outputs = total(library, model(x))
    loss.backward()
    result = {f"output {i}": value for i, value in enumerate(outputs)}
    result |= {"input": x.grad.numpy()}
    for name, parameter in model.named_parameters():
        gradient = np.empty(0, dtype) if parameter.grad is None else parameter.grad.numpy()
        result[f"gradient of {name}"] = gradient
    for name, buffer in model.named_buffers():
        result[name] = buffer.numpy().copy()
    return result


def agree(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray], tolerance: float) -> None:
    assert list(ours) == list(theirs)
    for name, expected in theirs.items():
        assert ours[name].dtype == expected.dtype, name
        scale = max(float(np.abs(expected).max(initial=0)), 1e-3)
        np.testing.assert_allclose(ours[name], expected, 0, tolerance * scale, err_msg=name)


@pytest.mark.parametrize(("stem", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_network_agrees(stem: str, name: str) -> None:
    theirs, ours = pair(stem, name, "float64")
    for training in (True, False):
        expected = passed(torch, theirs, training, "float64")
        agree(passed(tl, ours, training, "float64"), expected, 1e-7)


@pytest.mark.parametrize("name", ["resnet10", "mobilenet", "densenet"])
def test_a_network_agrees_in_float32(name: str) -> None:
    theirs, ours = pair(next(stem for stem, n in NAMES if n == name), name, "float32")
    for training in (True, False):
        expected = passed(torch, theirs, training, "float32")
        agree(passed(tl, ours, training, "float32"), expected, 2e-4)
