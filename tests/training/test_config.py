import pytest

from tensorlite.errors import ConfigError, DataError, UnknownNameError
from tensorlite.training.config import (
    FIELDS,
    Layer,
    Settings,
    name_and_options,
    parse_assignment,
    resolve,
    settings_from_toml,
    to_toml,
)
from tensorlite.training.recipes import read_recipe


def test_the_strongest_layer_wins_and_its_origin_is_kept():
    config = resolve(Layer("--lr", {"lr": 0.1}), Layer("recipe", {"lr": 1.0, "epochs": 3}))
    assert (config.settings.lr, config.origin("lr")) == (0.1, "--lr")
    assert (config.settings.epochs, config.origin("epochs")) == (3, "recipe")
    assert config.origin("seed") == "default"


def test_tables_of_options_merge_key_by_key():
    config = resolve(
        Layer("--set", {"optimizer_options.momentum": 0.5}),
        Layer("recipe", {"optimizer": "sgd", "optimizer_options": {"momentum": 0.9, "a": 1}}),
    )
    assert config.settings.optimizer_options == {"momentum": 0.5, "a": 1}


def test_the_options_of_another_optimizer_are_left_behind():
    recipe = Layer("recipe", {"optimizer": "sgd", "optimizer_options": {"momentum": 0.9}})
    assert resolve(Layer("flag", {"optimizer": "adam"}), recipe).settings.optimizer_options == {}
    flag = Layer("flag", {"optimizer_options.eps": 1e-6, "optimizer": "adam"})
    assert resolve(flag, recipe).settings.optimizer_options == {"eps": 1e-6}


@pytest.mark.parametrize(
    ("key", "close"), [("epoch", "epochs"), ("learning_rate", "lr"), ("batchsize", "batch_size")]
)
def test_an_unknown_key_names_the_place_and_what_there_is(key, close):
    with pytest.raises(UnknownNameError) as caught:
        resolve(Layer("my.toml", {key: 1}))
    assert str(caught.value).startswith(f"my.toml: there is no setting '{key}'.")
    assert close in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 1.5),
        ("epochs", True),
        ("lr", "fast"),
        ("lr", float("nan")),
        ("lr", -1.0),
        ("val_fraction", 1.0),
        ("augment", "shift"),
        ("augment", [{"pixels": 2}]),
        ("augment", [3]),
        ("seed", -1),
        ("optimizer_options", 3),
        ("lr.rate", 3),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ConfigError, match=f"place: expected .*{name.partition('.')[0]}"):
        resolve(Layer("place", {name: value}))


def test_a_whole_number_is_good_enough_for_a_rate():
    assert resolve(Layer("x", {"lr": 1})).settings.lr == 1.0


def test_settings_survive_the_way_through_a_file(tmp_path):
    settings = Settings(
        model="lenet5",
        data="../some where/ä",
        augment=["shift", {"name": "rotation", "degrees": 10.5}],
        optimizer_options={"betas": [0.9, 0.95]},
        lr=1e-5,
    )
    (tmp_path / "run.toml").write_text(to_toml(settings), encoding="utf-8")
    assert settings_from_toml(tmp_path / "run.toml") == settings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lr=0.1", ("lr", 0.1)),
        ("optimizer=sgd", ("optimizer", "sgd")),
        ("augment=[]", ("augment", [])),
        ('augment=["shift"]', ("augment", ["shift"])),
        ("optimizer_options.nesterov=true", ("optimizer_options.nesterov", True)),
        ("data=a=b", ("data", "a=b")),
    ],
)
def test_an_assignment_is_read_as_toml_or_else_as_text(text, expected):
    assert parse_assignment(text) == expected


@pytest.mark.parametrize("text", ["lr", "=3", ""])
def test_an_assignment_without_a_key_is_refused(text):
    with pytest.raises(ConfigError, match="key=value"):
        parse_assignment(text)


@pytest.mark.parametrize("text", ["lr=0.1\nepochs=3", "optimizer=sgd\nlr=0.1", "lr=1\n[a]\nb=1"])
def test_an_assignment_of_several_keys_is_refused(text):
    with pytest.raises(ConfigError, match="--set: expected one key=value"):
        parse_assignment(text)


def test_label_smoothing_is_left_behind_with_its_loss():
    recipe = Layer("recipe", {"label_smoothing": 0.1})
    assert resolve(Layer("flag", {"loss": "nll_loss"}), recipe).settings.label_smoothing == 0.0
    flag = Layer("flag", {"label_smoothing": 0.2, "loss": "mine"})
    assert resolve(flag, recipe).settings.label_smoothing == 0.2


def test_a_value_names_the_place_it_stands_at():
    layer = Layer("--set", {"epochs": 0, "lr": 0.1}, {"epochs": "--epochs"})
    with pytest.raises(ConfigError, match="^--epochs: expected epochs"):
        resolve(layer)


def test_every_setting_says_what_it_is():
    assert all(item.metadata["help"] for item in FIELDS.values())


def test_an_item_of_a_list_is_a_name_or_a_table():
    assert name_and_options("shift") == ("shift", {})
    assert name_and_options({"name": "shift", "pixels": 2}) == ("shift", {"pixels": 2})


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "net.toml"
    path.write_text("[default]\nlr = 0.1\nepochs = 5\n[mnist]\nepochs = 3\n")
    return path


def test_a_recipe_takes_the_section_of_the_data_before_the_default(recipe):
    found = read_recipe(recipe, "mnist")
    settings = resolve(*found.layers).settings
    assert (found.name, settings.epochs, settings.lr) == ("mnist", 3, 0.1)


def test_data_without_a_section_gets_the_default(recipe):
    found = read_recipe(recipe, "photos")
    assert (found.name, resolve(*found.layers).settings.epochs) == ("default", 5)


def test_a_section_can_be_asked_for_by_name(recipe):
    assert read_recipe(recipe, "photos", "mnist").name == "mnist"
    with pytest.raises(UnknownNameError, match="Close: mnist"):
        read_recipe(recipe, "photos", "mnits")


def test_a_mistake_in_a_recipe_names_file_and_section(recipe):
    recipe.write_text("[mnist]\nepoch = 3\n")
    with pytest.raises(UnknownNameError, match=r"net.toml \[mnist\]: there is no setting 'epoch'"):
        resolve(*read_recipe(recipe, "mnist").layers)


def test_a_damaged_recipe_is_one_sentence_with_the_line(recipe):
    recipe.write_text("[mnist\n")
    with pytest.raises(DataError, match="is not TOML: .*line 1"):
        read_recipe(recipe, "mnist")


def test_a_model_without_a_recipe_has_no_layers():
    assert read_recipe(None, "mnist").layers == ()
