import json
import re

import pytest

KINDS = {
    "layers": "conv2d",
    "losses": "cross_entropy",
    "optimizers": "adam",
    "schedules": "cosine",
    "augmentations": "shift",
    "metrics": "accuracy",
    "callbacks": "csv_logger",
    "readers": "idx",
    "models": "lenet5",
}


@pytest.mark.parametrize("command", KINDS)
def test_a_listing_has_one_line_for_each_entry_with_its_place_and_summary(tensorlite, command):
    done = tensorlite(command)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith(KINDS[command] + " ") for line in lines)
    for line in lines:
        assert re.fullmatch(r"\w+ +(tensorlite|zoo)/[\w/]+\.py:\d+  +\S.*", line), line


@pytest.mark.parametrize("command", KINDS)
def test_one_entry_is_shown_with_how_to_call_it_and_its_manual(tensorlite, command):
    name = KINDS[command]
    shown = tensorlite(command, name)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search(r"^from +tensorlite \(tensorlite [\d.]+\)$", shown.stdout, re.MULTILINE)
    assert re.search(r"^file +/.*\.py:\d+$", shown.stdout, re.MULTILINE)
    assert tensorlite(command, "show", name).stdout == shown.stdout


def test_the_plugin_authors_line_is_the_one_that_was_promised(tensorlite, swish):
    done = tensorlite("layers", "--plugin", "swish.py")
    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("swish")]
    assert re.fullmatch(
        r"swish +swish\.py:4 +x \* sigmoid\(x\) \(Ramachandran et al\. 2017\)\.", line
    )


@pytest.mark.parametrize(
    "args",
    [
        ("layers", "swish", "--plugin", "swish.py"),
        ("layers", "show", "swish", "--plugin", "swish.py"),
        ("layers", "--plugin", "swish.py", "swish"),
        ("layers", "--plugin=swish.py", "show", "swish"),
        ("--plugin", "swish.py", "layers", "swish:swish"),
    ],
)
def test_the_plugin_option_may_stand_anywhere(tensorlite, swish, args):
    done = tensorlite(*args)
    assert done.returncode == 0
    assert re.search(r"^call +(swish:)?swish\(beta: float = 1\.0\)", done.stdout, re.MULTILINE)


def test_json_tells_everything_about_an_entry(tensorlite, swish):
    (entry,) = [
        entry
        for entry in json.loads(tensorlite("layers", "--json", "--plugin", swish).stdout)
        if entry["name"] == "swish"
    ]
    assert entry["qualified"] == "swish:swish"
    assert (entry["kind"], entry["owner"], entry["distribution"]) == ("layer", "swish", None)
    assert (entry["file"], entry["line"]) == (str(swish), 4)
    shown = json.loads(tensorlite("layers", "swish", "--json", "--plugin", swish).stdout)
    assert shown == {**entry, "doc": "x * sigmoid(x) (Ramachandran et al. 2017)."}


def test_a_model_is_shown_with_its_parameters_its_recipe_and_its_card(tensorlite):
    done = tensorlite("models", "lenet5")
    assert re.search(r"^parameters +61,706", done.stdout, re.MULTILINE)
    shown = json.loads(tensorlite("models", "lenet5", "--json").stdout)
    assert shown["recipe"] in done.stdout and shown["card"] in done.stdout


def test_a_name_that_is_not_ours_keeps_its_owner_in_front(tensorlite, swish):
    swish.write_text(swish.read_text().replace('register("swish"', 'register("conv2d"'))
    done = tensorlite("layers", "--plugin", swish)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["swish:conv2d", "swish.py:4"] in [line[:2] for line in lines]
    assert "tensorlite/nn" in next(line[1] for line in lines if line[0] == "conv2d")


def test_control_characters_of_a_plugin_do_not_reach_the_output(tensorlite, swish):
    swish.write_text(swish.read_text().replace('"""x * sigmoid', '"""\\x1b[31mx\\r * sigmoid'))
    done = tensorlite("layers", "--plugin", swish)
    assert "\x1b" not in done.stdout and "\r" not in done.stdout


MODELS = """\
from pathlib import Path
from tensorlite.plugins import hookimpl

def tiny(num_classes, in_channels, image_size):
    "Tiny."
    {body}

@hookimpl
def register_models(register):
    register("tiny", tiny, **{details})
"""
WORKS = "from tensorlite import nn; return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))"


@pytest.mark.parametrize("command", [("models", "tiny"), ("summary", "tiny")])
def test_a_model_that_cannot_be_built_is_its_plugins_fault(tensorlite, tmp_path, command):
    (tmp_path / "small.py").write_text(MODELS.format(body="return 1 / 0", details={}))
    done = tensorlite(*command, "--plugin", "small.py")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        "error: model 'tiny': the plugin 'small' failed: "
        "ZeroDivisionError: division by zero (small.py:6).\n"
    )


@pytest.mark.parametrize("key", ["recipe", "card"])
def test_a_recipe_or_card_that_is_not_there_is_its_plugins_fault(tensorlite, tmp_path, key):
    (tmp_path / "small.py").write_text(MODELS.format(body=WORKS, details={key: "no/tiny.md"}))
    done = tensorlite("models", "tiny", "--plugin", "small.py")
    assert (done.returncode, done.stdout) == (4, "")
    how = f"the plugin 'small' (small.py:4) has no {key} at no/tiny.md."
    assert done.stderr == f"error: model 'tiny': {how}\n"


def test_a_card_that_is_no_text_is_its_plugins_fault(tensorlite, tmp_path):
    (tmp_path / "tiny.md").write_bytes(b"\xff\xfe")
    (tmp_path / "small.py").write_text(MODELS.format(body=WORKS, details={"card": "tiny.md"}))
    done = tensorlite("models", "tiny", "--plugin", "small.py")
    assert done.returncode == 4 and "failed: UnicodeDecodeError" in done.stderr
    assert "(small.py:4)" in done.stderr


def test_a_model_in_a_toml_file_that_is_not_there_is_one_sentence(tensorlite):
    done = tensorlite("summary", "my_net.toml")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "error: my_net.toml: there is no such file.\n"
