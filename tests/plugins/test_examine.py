"""What ``plugins doctor`` finds out, in processes of its own."""

from textwrap import dedent

import pytest

from tensorlite.plugins import discovery, examine

TOP = """
import tensorlite as tl
from tensorlite import nn
from tensorlite.plugins import PluginInfo, hookimpl
"""
GOOD = """
    class Good(nn.Module):
        def forward(self, x):
            return x * 2

    class Wrong(tl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 3

    class Bad(nn.Module):
        def forward(self, x):
            return Wrong.apply(x)

    @hookimpl
    def plugin_info():
        return PluginInfo(api=1)

    @hookimpl
    def register_layers(register):
        register("good", Good)
        register("bad", Bad)
"""


@pytest.fixture
def findings(tmp_path):
    def findings(source, seconds=120.0):
        path = tmp_path / "mine.py"
        path.write_text(TOP + dedent(source))
        return examine.examine(discovery.named(str(path)), seconds)

    return findings


def test_a_wrong_gradient_is_found_and_what_is_right_is_not_blamed(findings):
    loading, good, bad = findings(GOOD)
    assert (loading.what, loading.result) == ("loading", "ok") and "API 1" in loading.text
    assert (good.what, good.result) == ("layer good", "ok")
    assert (bad.what, bad.result) == ("layer bad", "failed") and "grad" in bad.text


@pytest.mark.parametrize(
    ("source", "what", "text"),
    [
        ("raise ValueError('no')", "loading", "ValueError: no (mine.py:5)"),
        ("import os; os._exit(3)", "process", "it ended its process with code 3: "),
        ("import time; time.sleep(600)", "process", "it took longer than 1 s"),
    ],
    ids=["raises", "ends", "hangs"],
)
def test_a_plugin_that_does_not_load_is_found(findings, source, what, text):
    (found,) = findings(source, 1.0 if "sleep" in source else 120.0)
    assert (found.plugin, found.what, found.result) == ("mine", what, "failed")
    assert found.text.startswith(text)
