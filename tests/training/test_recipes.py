from pathlib import Path

import pytest

from tensorlite import registry
from tensorlite.training import Layer, RunDirectory, prepare, resolve
from tensorlite.training.building import build_augmentation
from tensorlite.training.config import read_toml
from tensorlite.training.recipes import read_recipe

RECIPES = {
    entry.name: Path(entry.details["recipe"])
    for entry in registry.models.entries()
    if "recipe" in entry.details
}
SECTIONS = [(model, section) for model, path in RECIPES.items() for section in read_toml(path)]


@pytest.mark.parametrize(("model", "section"), SECTIONS)
def test_a_recipe_names_only_what_there_is(model, section):
    settings = resolve(*read_recipe(RECIPES[model], "", section).layers).settings
    assert settings.optimizer in registry.optimizers
    assert settings.schedule in registry.schedules
    assert settings.loss in registry.losses
    build_augmentation(settings.augment)


@pytest.mark.parametrize("model", ["lenet5", "lenet_harley"])
def test_the_lenets_have_recipes_for_their_data(model):
    assert list(read_toml(RECIPES[model])) == ["default", "digits", "mnist", "fashion-mnist"]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lenet5", "lenet_harley"])
def test_the_held_out_digits_are_read(model, tmp_path):
    accuracies = []
    for seed in range(3):
        session = prepare(Layer("test", {"model": model, "seed": seed}))
        result = session.fit(RunDirectory.create(tmp_path, "run"))
        accuracies.append(result.best["val_acc"])
    assert sum(accuracies) / 3 >= 0.975, accuracies


@pytest.mark.slow
@pytest.mark.parametrize(("data", "least"), [("mnist", 0.989), ("fashion-mnist", 0.9)])
@pytest.mark.parametrize("model", ["lenet5", "lenet_harley"])
def test_the_accuracy_on_images_never_seen(model, data, least, shared_data, tmp_path):
    told = {"model": model, "data": str(shared_data / data)}
    result = prepare(Layer("test", told)).fit(RunDirectory.create(tmp_path, "run"))
    assert result.judged_by == "test" and result.scores.total == 10_000
    assert result.scores.accuracy >= least
