"""The full-size networks take torchvision's weights and give its outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
try:
    from torchvision import models as theirs
except (ImportError, RuntimeError):  # of another build than PyTorch, it cannot be imported either
    pytest.skip("needs torchvision", allow_module_level=True)
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore")]

from safetensors.torch import save_file  # noqa: E402

import tensorlite as tl  # noqa: E402
from tensorlite import registry  # noqa: E402

NAMES = {
    "alexnet": "alexnet",
    "vgg11": "vgg11",
    "vgg16": "vgg16",
    "googlenet": "googlenet",
    "resnet18": "resnet18",
    "resnet50": "resnet50",
    "densenet121": "densenet121",
    "squeezenet": "squeezenet1_0",
}


def drawn(name: str) -> Any:
    """Torchvision's network with random weights and random statistics."""
    torch.manual_seed(0)
    options = {"init_weights": True} if name == "googlenet" else {}
    network = getattr(theirs, NAMES[name])(weights=None, **options).eval()
    for buffer in network.buffers():
        if buffer.ndim == 1:
            buffer.copy_(torch.rand_like(buffer) + 0.5)
    return network


@pytest.mark.parametrize("name", NAMES)
def test_random_weights_of_torchvision_give_its_output(name: str, tmp_path: Path) -> None:
    network, file = drawn(name), tmp_path / "weights.safetensors"
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, file)
    ours = registry.models.create(name).eval()
    ours.load_state_dict(tl.load(file))
    x = np.random.default_rng(0).standard_normal((2, 3, 224, 224)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(x)).numpy()
    with tl.no_grad():
        got = ours(tl.from_numpy(x)).numpy()
    scale = max(float(np.abs(expected).max()), 1e-3)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-4 * scale)


def test_the_auxiliary_classifiers_agree() -> None:
    network = drawn("googlenet")
    ours = registry.models.create("googlenet").eval()
    ours.load_state_dict(
        {key: tl.from_numpy(value.numpy()) for key, value in network.state_dict().items()}
    )
    x = np.random.default_rng(0).standard_normal((2, 3, 224, 224)).astype(np.float32)
    seen: dict[str, np.ndarray] = {}
    for part in ("inception4a", "inception4d"):
        getattr(network, part).register_forward_hook(
            lambda module, inputs, output, part=part: seen.update({part: output})
        )
    with torch.no_grad():
        last = network(torch.from_numpy(x))
        expected = [last, network.aux1(seen["inception4a"]), network.aux2(seen["inception4d"])]
    with tl.no_grad():
        got = ours.auxiliary(tl.from_numpy(x))
    for mine, right in zip(got, expected, strict=True):
        scale = float(right.abs().max())
        np.testing.assert_allclose(mine.numpy(), right.numpy(), rtol=0, atol=1e-4 * scale)
