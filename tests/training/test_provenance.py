import pytest

from tensorlite import nn, registry
from tensorlite.calling import noting_uses
from tensorlite.entry import Owner
from tensorlite.errors import DataError
from tensorlite.training.checkpoint import load_checkpoint
from tensorlite.training.config import Layer
from tensorlite.training.provenance import is_provenance, missing, provenance, remedy
from tensorlite.training.run import RunDirectory
from tensorlite.training.session import prepare
from tensorlite.training.trained import Trained

SWISH = Owner("swish", "tensorlite-swish", "1.2")
FILE = Owner("mine", file="/path/to/mine.py", sha256="1f" * 32)


class Swish(nn.Module):
    def forward(self, x):
        return x * x.sigmoid()


def small(num_classes=10, in_channels=1, image_size=(28, 28)):
    return nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4, num_classes))


@pytest.fixture
def registered():
    """Something of two plugins; they are gone after the test."""
    with registry.transaction(SWISH) as first:
        registry.layers.register("test_swish", Swish)
        registry.models.register("test_small", small)
    with registry.transaction(FILE) as second:
        registry.layers.register("test_mine", Swish)
    yield
    for kind, entry in [*first, *second]:
        kind._remove(entry)


def test_what_was_used_is_told_by_plugin_with_its_distribution_or_its_file(registered):
    with noting_uses() as uses:
        for name in ("relu", "test_mine", "swish:test_swish", "test_swish"):
            registry.layers.create(name)
    assert provenance(uses) == [
        {
            "name": "mine",
            "file": "mine.py",
            "sha256": "1f" * 32,
            "provides": [["layer", "test_mine"]],
        },
        {
            "name": "swish",
            "distribution": "tensorlite-swish",
            "version": "1.2",
            "provides": [["layer", "test_swish"]],
        },
    ]
    assert missing(provenance(uses)) == []


def test_a_checkpoint_without_its_plugin_says_what_to_install(registered, tmp_path):
    session = prepare(Layer("test", {"model": "test_small", "epochs": 1, "limit_train": 64}))
    run = RunDirectory.create(tmp_path, "run")
    session.fit(run)
    (about,) = load_checkpoint(run.best).description.plugins
    assert about["distribution"] == "tensorlite-swish" and about["provides"] == [
        ["model", "test_small"]
    ]
    entry = registry.models.info("test_small")
    registry.models._remove(entry)
    try:
        with pytest.raises(DataError) as caught:
            Trained.load(str(run.best))
    finally:
        registry.models._add(entry)
    assert "was trained with the plugin 'swish' (tensorlite-swish 1.2)" in caught.value.sentence
    assert caught.value.hint == "pip install tensorlite-swish==1.2"
    assert Trained.load(str(run.best)).description.model == "test_small"


def test_a_file_is_named_with_the_option_that_loads_it():
    assert remedy([FILE.to_dict()]) == "--plugin mine.py"
    assert remedy([FILE.to_dict()], "--plugin old/mine.py") == "--plugin old/mine.py"


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "x",
        [1],
        [{"name": 1, "provides": []}],
        [{"name": "x", "provides": [["nothing", "x"]]}],
    ],
)
def test_a_list_of_another_form_is_refused(damaged):
    assert not is_provenance(damaged)
