"""The examples in the docstrings of the hooks are plugins that work."""

import inspect
import re
from textwrap import dedent
from types import SimpleNamespace

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.entry import Owner
from tensorlite.plugins import PluginInfo, hookimpl, hookspecs
from tensorlite.plugins.discovery import Plugin
from tensorlite.plugins.manager import PluginManager
from tensorlite.registry import REGISTRIES

HOOKS = [name for name in vars(hookspecs) if name.startswith(("register_", "plugin_"))]


def example(hook):
    """What the example of a hook defines."""
    doc = inspect.getdoc(getattr(hookspecs, hook))
    found = {"np": np, "tl": tl, "nn": nn, "hookimpl": hookimpl, "PluginInfo": PluginInfo}
    exec(dedent(doc.partition("Example::\n")[2]), found)
    return SimpleNamespace(**{hook: found[hook]})


@pytest.fixture
def load():
    def load(hook):
        plugin = Plugin("example", "example", "installed", Owner("example"), lambda: example(hook))
        warnings, filled = [], {plural: each.empty() for plural, each in REGISTRIES.items()}
        PluginManager(filled, lambda: [plugin], warnings.append).load()
        assert warnings == []
        return plugin, filled

    return load


def test_there_is_a_hook_for_every_registry_and_one_for_the_plugin_itself():
    assert sorted(HOOKS) == sorted([*(f"register_{p}" for p in REGISTRIES), "plugin_info"])
    assert len(REGISTRIES) == 14


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook != "plugin_info"])
def test_the_example_of_a_hook_is_a_plugin_that_registers_one_thing_with_a_summary(hook, load):
    plugin, filled = load(hook)
    ((kind, name),) = plugin.provides
    entry = filled[hook.removeprefix("register_")].info(name)
    assert (entry.kind, entry.owner) == (kind, "example")
    assert entry.summary or kind in ("reader", "command")


def test_the_example_of_plugin_info_says_its_version(load):
    plugin, _ = load("plugin_info")
    assert plugin.info == PluginInfo(api=1, homepage="https://example.org/swish")


def made(load, hook, *args):
    (plural,) = re.findall("register_(.*)", hook)
    plugin, filled = load(hook)
    return filled[plural].create(plugin.provides[0][1], *args)


def test_the_examples_of_what_trains_train(load):
    net = nn.Sequential(
        made(load, "register_models"), made(load, "register_layers"), nn.Linear(10, 2)
    )
    loss = made(load, "register_losses")
    optimizer = made(load, "register_optimizers", net.parameters())
    schedule = made(load, "register_schedules", optimizer, 4)
    before = [p.detach().numpy().copy() for p in net.parameters()]
    images = tl.rand((8, 1, 28, 28))
    for _ in range(2):
        optimizer.zero_grad()
        loss(net(images), tl.tensor([0, 1] * 4)).backward()
        optimizer.step()
        schedule.step()
    assert all(
        (old != p.detach().numpy()).any() for old, p in zip(before, net.parameters(), strict=True)
    )


def test_the_example_of_a_function_has_the_gradient_that_it_should(load):
    _, filled = load("register_functions")
    entry = filled["functions"].info("soft_clip")
    (shape,) = entry.details["check"]["inputs"]
    assert tl.gradcheck(entry.object, [tl.randn(shape).double().requires_grad_()])


def test_the_examples_that_look_at_pictures_do(load, tmp_path):
    generator = tl.Generator(0)
    image = made(load, "register_augmentations")(np.ones((1, 4, 4), np.float32), generator)
    assert image.shape == (1, 4, 4) and 0.5 <= image.max() <= 1
    assert made(load, "register_datasets", "val")[1][0].shape == (1, 16, 16)
    _, filled = load("register_readers")
    np.savetxt(tmp_path / "a.rows", np.ones((3, 65)))
    reader = filled["readers"].get("rows")
    assert reader.sniff(tmp_path / "a.rows")
    assert reader.open(tmp_path / "a.rows")["train"].counts() == {"0": 0, "1": 3}
    net = nn.Linear(2, 1)
    assert made(load, "register_visualizers", net, tl.zeros((2, 3, 4, 4))).shape == (2, 4, 4)
    made(load, "register_exporters", net, tmp_path / "net.txt")
    assert (tmp_path / "net.txt").read_text() == "weight (1, 2)\nbias (1,)"


def test_the_example_of_a_metric_measures(load):
    metric = made(load, "register_metrics")
    metric.update(np.float32([[0, 0], [0, 0]]), np.array([0, 1]))
    assert metric.compute() == 0.5
