"""The commands that read a finished run: evaluate, predict and runs."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tensorlite.data import digits
from tensorlite.training import Layer, RunDirectory, Trained, prepare
from tensorlite.training.prediction import predict_files


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run on the bundled digits that is good enough to read clear ones."""
    root = tmp_path_factory.mktemp("trained") / "runs"
    session = prepare(Layer("test", {"model": "lenet5", "epochs": 8}))
    return session.fit(RunDirectory.create(root, "mine")).run.path


def draw(strokes, ink, paper, path):
    """Draw lines, given as corners on a page of 100 x 140, with a thick pen."""
    image = Image.new("L", (200, 220), paper)
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        corners = [(50 + x, 40 + y) for x, y in stroke]
        pen.line(corners, fill=ink, width=14, joint="curve")
        for x, y in corners:
            pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=ink)
    image.save(path)
    return path


def arc(x, y, width, height, start=0, stop=360):
    turn = np.radians(np.linspace(start, stop, 24))
    return [(x + width * np.cos(a), y + height * np.sin(a)) for a in turn]


DRAWN = {
    "0": [arc(45, 70, 35, 65)],
    "3": [arc(40, 37, 35, 32, 200, 450), arc(40, 100, 40, 34, 270, 510)],
    "5": [[(78, 6), (20, 6), (16, 60), *arc(42, 92, 36, 40, 240, 480)]],
    "9": [arc(45, 42, 32, 34), [(77, 42), (70, 90), (55, 135)]],
}


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0)])
def test_drawn_digits_are_read_black_on_white_and_white_on_black(
    tensorlite, trained, tmp_path, ink, paper
):
    paths = [draw(DRAWN[name], ink, paper, tmp_path / f"{name}.png") for name in DRAWN]
    done = tensorlite("predict", trained, *paths, "--json")
    answers = json.loads(done.stdout)
    assert [answer["class"] for answer in answers] == list(DRAWN)
    inverted = "dark ink on light: inverted; " if paper else ""
    assert answers[0]["prepared"] == f"{inverted}cropped and centred"


def test_a_prediction_is_one_line_with_the_three_likeliest(tensorlite, trained, tmp_path):
    draw(DRAWN["0"], 0, 255, tmp_path / "my_digit.png")
    done = tensorlite("predict", trained, "my_digit.png")
    assert re.fullmatch(
        r"my_digit\.png   \d  +\d+\.\d %(   \d  +\d+\.\d %){2}"
        r"     \(dark ink on light: inverted; cropped and centred\)\n",
        done.stdout,
    )
    assert tensorlite("predict", trained, "my_digit.png", "--top", "1").stdout.count("%") == 1


def test_an_image_of_the_data_is_read_alike_with_and_without_preparation(
    tensorlite, trained, tmp_path
):
    image, target = digits("val")[5]
    Image.fromarray((image[0] * 255).astype(np.uint8)).save(tmp_path / "five.png")
    for words in ([], ["--no-prepare"]):
        done = tensorlite("predict", trained, "five.png", "--json", *words)
        assert json.loads(done.stdout)[0]["class"] == str(target)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.mkdir(), "is a folder. Name the pictures in it: x.png"),
        (lambda path: path.write_bytes(b"no picture"), "x.png"),
        (lambda path: Image.new("L", (50, 50), 255).save(path), "nothing is drawn on it"),
    ],
)
def test_a_picture_that_cannot_be_read_is_one_sentence(
    tensorlite, trained, tmp_path, make, sentence
):
    make(tmp_path / "x.png")
    done = tensorlite("predict", trained, "x.png")
    assert done.returncode == 3 and sentence in done.stderr and "x.png" in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_one_bad_picture_is_a_line_and_the_others_are_still_read(tensorlite, trained, tmp_path):
    draw(DRAWN["0"], 0, 255, tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    words = ("predict", trained, "bad.png", "good.png", "none.png")
    done = tensorlite(*words)
    assert done.returncode == 3 and done.stdout.startswith("good.png   ")
    assert [line.count(".png") for line in done.stderr.splitlines()] == [1, 1]
    assert "folder" not in done.stderr and "none.png: there is no such file." in done.stderr
    answered = tensorlite(*words, "--json")
    assert answered.returncode == 3
    assert [answer["file"] for answer in json.loads(answered.stdout)] == ["good.png"]


def test_many_pictures_are_predicted_in_batches_of_the_evaluation(trained, tmp_path, monkeypatch):
    path = draw(DRAWN["0"], 0, 255, tmp_path / "good.png")
    sizes, predict = [], Trained.predict
    monkeypatch.setattr(
        Trained, "predict", lambda self, images: sizes.append(len(images)) or predict(self, images)
    )
    assert len(list(predict_files(str(trained), tmp_path, [path] * 300))) == 300
    assert sizes == [256, 44]


def test_evaluate_after_a_failed_run_names_the_newest_with_weights(tensorlite, trained, tmp_path):
    shutil.copytree(trained, tmp_path / "runs" / "good")
    RunDirectory.create(tmp_path / "runs", "bad").status = "failed"
    done = tensorlite("evaluate", "latest")
    assert done.returncode == 3 and "runs/bad: there are no weights" in done.stderr
    assert "  try: tensorlite evaluate runs/good " in done.stderr


def test_evaluate_says_accuracy_interval_and_worst_classes(tensorlite, trained):
    done = tensorlite("evaluate", trained)
    assert re.fullmatch(
        r"accuracy \d+\.\d % \(95 % interval \d+\.\d-\d+\.\d\)"
        r"( · worst classes: \d \(\d+\.\d %\)(, \d \(\d+\.\d %\))?)?"
        r" · on val: 360 images, by which the best epoch was chosen"
        r" · confusion and worst images: report\.html\n",
        done.stdout,
    )


def test_evaluate_takes_another_part_and_other_data(tensorlite, trained, tmp_path):
    (tmp_path / "alone.safetensors").write_bytes((trained / "best.safetensors").read_bytes())
    train = json.loads(tensorlite("evaluate", trained, "--split", "train", "--json").stdout)
    assert train["images"] == 1437
    alone = json.loads(tensorlite("evaluate", "alone.safetensors", "--json").stdout)
    assert (alone["images"], alone["data"]) == (360, "digits")
    wrong = tensorlite("evaluate", trained, "--split", "test")
    assert wrong.returncode == 2 and "no part 'test', only train, val" in wrong.stderr


@pytest.mark.parametrize("damage", [lambda b: b[:-100], lambda b: b[:-9] + b"123456789"])
def test_a_damaged_checkpoint_is_refused_with_one_sentence(tensorlite, trained, tmp_path, damage):
    whole = (trained / "best.safetensors").read_bytes()
    (tmp_path / "bad.safetensors").write_bytes(damage(whole))
    done = tensorlite("evaluate", "bad.safetensors", "--data", "digits")
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.startswith("error: bad.safetensors: is ")


def test_runs_lists_and_shows(tensorlite, trained):
    root = trained.parent
    listed = tensorlite("runs", "--out", root).stdout
    assert re.search(r"mine +done +8/8 +val_acc \d+\.\d %", listed)
    (found,) = json.loads(tensorlite("runs", "list", "--out", root, "--json").stdout)
    assert found["status"] == "done" and len(found["metrics"]) == 8
    shown = tensorlite("runs", "show", "mine", "--out", root).stdout
    assert "model=lenet5" in shown and "best.safetensors" in shown
    assert json.loads(tensorlite("runs", "show", "--out", root, "--json").stdout)["run"] == "mine"


def test_no_runs_is_no_error_but_a_missing_run_is(tensorlite):
    empty = tensorlite("runs")
    assert empty.returncode == 0 and "tensorlite train lenet5" in empty.stderr
    missing = tensorlite("evaluate", "latest")
    assert missing.returncode == 3 and f"no runs in runs{os.sep} yet" in missing.stderr


@pytest.mark.parametrize("command", ["evaluate", "predict", "runs"])
def test_help_has_examples(tensorlite, command):
    assert "Examples:" in tensorlite(command, "--help").stdout
