"""``fine-tune``, and what ``evaluate`` and ``predict`` do with boxes, through the entry point."""

import json

import numpy as np
import pytest
from PIL import Image

from tensorlite.training import Layer, RunDirectory, prepare


@pytest.fixture
def digits_run(tmp_path):
    """A short run on the bundled digits, the latest in ``runs``."""
    session = prepare(Layer("test", {"model": "lenet5", "epochs": 1}))
    return session.fit(RunDirectory.create(tmp_path / "runs", "mine")).run


@pytest.fixture
def photos(tmp_path):
    """Colour pictures of four sizes in three folders, some of them grey."""
    rng = np.random.default_rng(0)
    for number in range(24):
        place = tmp_path / "photos" / ("red", "green", "blue")[number % 3]
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 80, (40 + number % 4 * 9, 50, 3)).astype(np.uint8)
        pixels[..., number % 3] += 120
        image = Image.fromarray(pixels)
        (image.convert("L") if number == 5 else image).save(place / f"{number}.jpg")
    return tmp_path / "photos"


def test_a_grey_run_is_fine_tuned_on_colour_photos_with_no_further_option(
    tensorlite, digits_run, photos, tmp_path
):
    done = tensorlite("fine-tune", "latest", "--data", "photos", "--freeze", "features", "--json")
    assert done.returncode == 0, done.stderr
    assert (
        "load    7 tensors loaded, 1 adapted (features.0.weight: grey to colour), "
        "2 re-initialised (head: 10 -> 3 classes), 0 unexpected "
        "· frozen: features (2,872 parameters)\n"
    ) in done.stderr
    run = tmp_path / json.loads(done.stdout)["run"]
    assert json.loads((run / "load.json").read_text())["classes"] == [10, 3]
    again = tensorlite("evaluate", "latest", "--json")
    assert json.loads(again.stdout)["images"] == 3


def test_a_model_without_weights_is_one_sentence_and_exit_3(tensorlite, photos):
    done = tensorlite("fine-tune", "densenet121", "--data", "photos")
    assert done.returncode == 3
    assert done.stderr == (
        "error: there are no trained weights of 'densenet121' in this package.\n"
        "  try: tensorlite train densenet121\n"
    )


def test_what_is_typed_wrong_is_one_sentence(tensorlite, digits_run, photos):
    for words, sentence in (
        (["--freeze", "featuers"], "nothing matches 'featuers'"),
        (["--freeze", "9"], "at most the 2 stages of the features, got 9"),
        (["--bn", "off"], "expected bn as train or frozen, got 'off'"),
        (["--lr-mult", "0"], "expected lr_mult as a number above 0, got 0.0"),
    ):
        done = tensorlite("fine-tune", "latest", "--data", "photos", *words)
        assert done.returncode == 2 and sentence in done.stderr, (words, done.stderr)


def test_pictures_with_boxes_get_a_localizer_that_draws_its_answers(
    tensorlite, digits_run, tmp_path
):
    words = ["--epochs", "1", "--limit-train", "32", "--image-size", "32", "--no-augment"]
    done = tensorlite("fine-tune", "latest", "--data", "canvas", *words)
    assert done.returncode == 0, done.stderr
    assert "load    4 tensors loaded" in done.stdout + done.stderr
    assert "(median box 0." in tensorlite("evaluate", "latest").stdout
    Image.new("L", (60, 60)).save(tmp_path / "dark.png")
    seen = tensorlite("predict", "latest", "dark.png", "--save-overlays", "seen", "--json")
    (answer,) = json.loads(seen.stdout)
    assert len(answer["box"]) == 4
    assert (tmp_path / answer["overlay"]).is_file()


def test_evaluate_prints_details_compares_and_saves(tensorlite, digits_run, tmp_path):
    done = tensorlite("evaluate", "latest", "--details", "--compare", "mine", "--save", "seen")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("accuracy ")
    assert lines[1].startswith("against mine: right where it is wrong on 0 of 360")
    assert lines[3].split() == ["name", "count", "recall", "precision", "f1", "taken", "for"]
    assert lines[-1].startswith("calibration error ")
    assert (tmp_path / "seen" / "evaluation.html").is_file()
    assert " of 360, wrong where" in lines[1] and "learned by" not in lines[1]
    compared = tensorlite("evaluate", "latest", "--compare", "mine", "--json")
    assert json.loads(compared.stdout)["against"]["p"] == 1.0
    mistyped = tensorlite("evaluate", "latest", "--split", "nope", "--compare", "nosuch")
    assert (mistyped.returncode, "'nosuch'" in mistyped.stderr) == (3, True)  # before any work
