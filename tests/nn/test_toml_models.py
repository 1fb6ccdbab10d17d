"""Models written in TOML: every network of the zoo, and errors that name file and line."""

from pathlib import Path

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import ConfigError, DataError
from tensorlite.nn.toml import TomlModel

WRITTEN = {path.stem: path for path in (Path(__file__).parents[2] / "zoo/written").glob("*.toml")}
SMALL = {name for name in WRITTEN if TomlModel(WRITTEN[name]).settings["num_classes"] == 10}


def shapes(model):
    return {name: value.shape for name, value in model.state_dict().items()}


def both(name):
    options = {"aux_logits": False} if name == "googlenet" else {}
    tl.manual_seed(0)
    return tl.models.create(name, **options).eval(), TomlModel(WRITTEN[name])().eval()


@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_network_of_the_zoo_and_its_toml_are_the_same(name):
    theirs, ours = both(name)
    assert shapes(ours) == shapes(theirs)
    ours.load_state_dict(theirs.state_dict())
    settings = TomlModel(WRITTEN[name]).settings
    x = tl.randn(2, settings["in_channels"], *settings["image_size"])
    with tl.no_grad():
        np.testing.assert_allclose(ours(x).array, theirs(x).array, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRITTEN.keys() - SMALL))
def test_a_full_size_network_and_its_toml_have_the_same_state(name):
    theirs, ours = both(name)
    assert shapes(ours) == shapes(theirs)


def test_every_network_of_the_zoo_is_written():
    zoo = [e for e in tl.models.entries() if e.object.__module__.startswith("tensorlite.zoo")]
    classifiers = {e.name for e in zoo if e.details.get("task") == "classification"}
    assert classifiers <= set(WRITTEN)


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "net.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_names_and_numbers_follow_the_file(write):
    path = write("""
[model]
options = { width = 3 }
layers = [
    "stem: conv2d(width, 3)",
    { layer = "unit(2 * width)", repeat = 2 },
    { name = "tail", layers = ["relu", "conv2d(1, 1)"], repeat = 2 },
    "flatten",
]

[blocks.unit]
options = { out = 1 }
layers = ["conv2d(out, 1, bias=false)", "batch_norm2d"]
""")
    model = TomlModel(path)(in_channels=1, image_size=(6, 6), width=4)
    assert [name for name, _ in model.named_parameters()] == [
        *("stem.weight", "stem.bias"),
        *("1.0.weight", "1.1.weight", "1.1.bias", "2.0.weight", "2.1.weight", "2.1.bias"),
        *("tail1.1.weight", "tail1.1.bias", "tail2.1.weight", "tail2.1.bias"),
    ]
    assert isinstance(model, nn.Sequential) and model[1][0].weight.shape == (8, 4, 1, 1)


def test_branches_are_joined(write):
    path = write("""
[model]
layers = [
    { concat = ["conv2d(2, 1)", ["conv2d(3, 1)", "relu"], []] },
    { add = [[], { layers = ["conv2d(channels, 1)"] }] },
]
""")
    model = TomlModel(path)(in_channels=4, image_size=(5, 5)).eval()
    x = tl.randn(2, 4, 5, 5)
    assert model(x).shape == (2, 9, 5, 5)
    first = model[0](x).array
    np.testing.assert_array_equal(first[:, 5:], x.array)
    assert [name for name, _ in model.named_parameters()] == [
        *("0.0.weight", "0.0.bias", "0.1.0.weight", "0.1.0.bias", "1.1.0.weight", "1.1.0.bias")
    ]


def test_results_are_taken_by_name(write):
    path = write("""
[model]
layers = [
    "a: conv2d(2, 1)",
    { name = "b", from = "@input", layer = "conv2d(3, 1)" },
    { concat = ["@a", "@b", "@input"], name = "c" },
    { add = ["@c", "@c"] },
]
""")
    model = TomlModel(path)(in_channels=1, image_size=(4, 4))
    x = tl.randn(1, 1, 4, 4)
    np.testing.assert_allclose(model(x).array[:, 5:], 2 * x.array, rtol=1e-6)


def test_a_plugins_layer_is_used_like_ours(write):
    class Scale(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.scale = nn.Parameter(tl.ones(channels, 1, 1))

        def forward(self, x):
            return x * self.scale

    tl.layers.register("toml_scale", Scale)
    model = TomlModel(write('[model]\nlayers = ["conv2d(5, 1)", "toml_scale"]'))()
    assert model[1].scale.shape == (5, 1, 1)


WRONG = [
    ('layers = ["conv2d(8, 3)", "rellu"]', 2, r"there is no layer 'rellu'\. Close: .*relu"),
    ('layers = [\n "relu",\n "conv2d(8)",\n]', 4, "missing a required argument: 'kernel_size'"),
    ('layers = ["conv2d(8, 3, pading=1)"]', 2, "'pading' is no argument of it"),
    ('layers = ["conv2d(8, 3)",\n"conv2d(8, 99)"]', 3, "at least as large as the window"),
    ('layers = ["conv2d(depth, 3)"]', 2, "there is no 'depth' here"),
    ('layers = ["conv2d(1 / 0, 3)"]', 2, "expected a number, got 1 / 0"),
    ('layers = ["conv2d(9 ** 9, 3)"]', 2, r"expected a value, got 9 \*\* 9"),
    ("layers = [\"conv2d(__import__('os'), 3)\"]", 2, "expected a value, got __import__"),
    ('layers = ["conv2d(8, 3"]', 2, "expected a layer, got 'conv2d"),
    ('layers = ["relu", { add = ["@relu", "@input"] }]', 2, "there is no result '@relu' above"),
    ('layers = ["r: relu", "r: relu"]', 2, "expected 'r' once"),
    ('layers = [{ layer = "relu", repeat = 0 }]', 2, "repeat from 1 to 1000, got 0"),
    ('layers = [{ layer = "relu", repeet = 2 }]', 2, "no key 'repeet' in an item. Close: repeat"),
    ('layers = [{ layer = "relu", add = [] }]', 2, "expected one of .*, got layer and add"),
    ('layers = [{ add = ["relu"] }]', 2, "expected two or more parts to add"),
    ('layers = [{ concat = ["@input", "relu"] }]', 2, "expected results by name"),
    ('layers = [{ concat = ["flatten", "relu"] }]', 2, "Cat: cannot work on shapes"),
    ("layers = []", 0, "expected a list of layers"),
    ("layers = [3]", 0, "expected an item as a table, got 3"),
    ('layers = ["b"]\n[blocks.b]\nlayers = ["b"]', 4, "contains itself"),
    ('layers = ["b(1, 2)"]\n[blocks.b]\noptions = { a = 1 }\nlayers = ["relu"]', 2, "at most 1"),
    ('layres = ["relu"]', 2, r"no key 'layres' in \[model\]\. Close: layers"),
]


@pytest.mark.parametrize(("text", "line", "words"), WRONG, ids=[text for text, _, _ in WRONG])
def test_mistakes_are_named_with_file_and_line(write, text, line, words):
    path = write(f"[model]\n{text}\n")
    with pytest.raises(ConfigError, match=words) as caught:
        TomlModel(path)(in_channels=1, image_size=(8, 8))
    assert caught.value.where == (f"net.toml:{line}" if line else "net.toml")


def test_a_file_that_is_no_toml_is_a_fault_of_the_data(write, tmp_path):
    with pytest.raises(DataError, match=r"net.toml: expected TOML, got"):
        TomlModel(write("layers = [\n"))
    with pytest.raises(DataError, match="there is no such file"):
        TomlModel(tmp_path / "none.toml")


def test_the_command_line_takes_a_file_where_it_takes_a_model(run_tensorlite, write):
    write("""
[model]
layers = ["conv2d(4, 5, stride=3)", "relu", "flatten", "linear(num_classes)"]

[recipe.default]
epochs = 1
""")
    done = run_tensorlite("summary", "net.toml")
    assert done.returncode == 0 and "4x8x8" in done.stdout
    done = run_tensorlite("train", "net.toml", "--limit-train", "64")
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    (Path(write.__closure__[0].cell_contents) / "net.toml").unlink()  # the run has its own copy
    assert run_tensorlite("evaluate", "latest").returncode == 0
