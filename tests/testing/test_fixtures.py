"""The fixtures of the pytest plugin, and what it costs to have them."""

import subprocess
import sys

import numpy as np

from tensorlite import nn
from tensorlite.plugins import hookimpl
from tensorlite.testing import CheckFailure, check_layer


def test_a_plugin_manager_of_ones_own_is_seen_by_nobody(plugin_manager):
    class Mine:
        @hookimpl
        def register_layers(self, register):
            register("mine", nn.ReLU)

    plugin_manager.load(Mine())
    assert plugin_manager.names() == {"layers": ["mine"]}
    assert plugin_manager["layers"].get("mine") is nn.ReLU
    assert "mine" not in __import__("tensorlite").layers


def test_a_broken_plugin_is_a_warning(plugin_manager, tmp_path):
    (tmp_path / "broken.py").write_text("import no_such_module\n", "utf-8")
    plugin_manager.load(tmp_path / "broken.py")
    (line,) = plugin_manager.warnings
    assert "No module named 'no_such_module'" in line


def test_pictures_boxes_and_masks_belong_together(tiny_images, tiny_boxes, tiny_masks):
    assert tiny_images.shape == (4, 3, 16, 12) and tiny_images.dtype == np.float32
    for target, mask in zip(tiny_boxes, tiny_masks, strict=True):
        assert len(target["boxes"]) == len(target["labels"]) > 0
        left, top, right, bottom = target["boxes"][-1].astype(int)
        assert (mask[top:bottom, left:right] == target["labels"][-1] + 1).all()


def test_a_command_line_runs_in_an_empty_folder(run_tensorlite, tmp_path):
    done = run_tensorlite("--version")
    assert done.returncode == 0 and done.stdout.startswith("tensorlite ")
    assert list(tmp_path.iterdir()) == []


def test_the_pytest_plugin_loads_neither_numpy_nor_plugins():
    heavy = "{'numpy', 'tensorlite.plugins'}"
    source = f"import sys, tensorlite.testing.fixtures; print({heavy} & {{*sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout == "set()\n"


def test_a_failure_is_one_sentence_and_an_assertion():
    class Wrong(nn.Module):
        def forward(self, x):
            return x.detach()

    try:
        check_layer(Wrong, (2, 3))
    except AssertionError as failure:
        assert isinstance(failure, CheckFailure)
        assert str(failure).startswith("layer Wrong: expected a result with a gradient")
