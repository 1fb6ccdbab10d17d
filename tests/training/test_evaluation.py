"""Evaluating: calibration, chance, comparison, what is written, boxes put back on pictures."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image, ImageFont

from tensorlite.data import decode, holdout, open_data
from tensorlite.errors import ConfigError, DataError
from tensorlite.training import Layer, RunDirectory, Trained, prepare
from tensorlite.training.calibration import calibration_bins, calibration_error
from tensorlite.training.classification import ClassPrediction
from tensorlite.training.evaluation import evaluate_run
from tensorlite.training.inputs import places
from tensorlite.training.localization import BoxPrediction
from tensorlite.training.overlay import ANSWERED, SMALLEST, TRUE, Mark, draw_answer, taken_for
from tensorlite.training.prediction import predict_files
from tensorlite.training.significance import duel, mcnemar
from tensorlite.training.trained import find_weights


def test_a_model_that_is_right_as_often_as_it_says_has_no_calibration_error():
    right = np.arange(10) < 7
    assert calibration_error(calibration_bins(np.full(10, 0.7), right)) == pytest.approx(0)


def test_the_calibration_error_is_weighted_by_the_answers():
    confidence = np.array([0.9, 0.9, 0.9, 0.5])
    right = np.array([True, True, False, True])
    bins = calibration_bins(confidence, right)
    assert [item.count for item in bins] == [1, 3]
    assert calibration_error(bins) == pytest.approx((1 * 0.5 + 3 * (0.9 - 2 / 3)) / 4)
    assert np.isnan(calibration_error([]))


def test_certain_answers_are_in_the_last_bin_and_none_is_lost():
    bins = calibration_bins(np.array([0.0, 1.0]), np.array([False, True]))
    assert (bins[0].low, bins[-1].high) == (0.0, 1.0) and sum(b.count for b in bins) == 2


@pytest.mark.parametrize(
    ("counts", "p"),
    [((0, 0), 1.0), ((5, 5), 1.0), ((10, 0), 2 / 1024), ((0, 10), 2 / 1024), ((6, 2), 74 / 256)],
)
def test_mcnemar_is_the_binomial_test_of_the_disagreements(counts, p):
    assert mcnemar(*counts) == pytest.approx(p)


def test_mcnemar_takes_thousands_of_disagreements():
    assert 0 < mcnemar(2600, 2400) < 0.01


def test_a_duel_says_who_is_right_where_the_other_is_not():
    first = np.array([True] * 9 + [False])
    line = duel(first, ~first, "other").line()
    assert "on 9 of 10, wrong where it is right on 1 (+80.0 points)" in line
    assert line.endswith("McNemar's test p = 0.021: hardly by chance")


def test_two_runs_are_compared_on_the_same_pictures(train):
    one, two = train(name="one").run, train(name="two", epochs=3).run
    found = evaluate_run(str(one.path))
    against = found.compared(Trained.load(str(two.path)), "two").against
    assert (against.images, against.other, against.learned) == (4, "two", 0)
    itself = found.compared(Trained.load(str(one.path)), "one").against
    assert (itself.only_first, itself.only_second, itself.p) == (0, 0, 1.0)


def test_pictures_that_the_other_model_learned_are_counted(train, folder):
    one, two = train(name="one").run, train(name="two", seed=1).run
    kept = [set(places(holdout(open_data(folder).splits["train"], 0.1, s)[1])) for s in (0, 1)]
    for split, learned in (("val", len(kept[0] - kept[1])), ("train", 36 - len(kept[1] - kept[0]))):
        found = evaluate_run(str(one.path), split=split)
        against = found.compared(Trained.load(str(two.path)), "two").against
        assert against.learned == learned > 0
        assert f"no fair test, as {learned} of {against.images} were learned by two" in (
            against.line()
        )


def test_models_for_other_classes_are_not_compared(train, tmp_path):
    one = evaluate_run(str(train(name="one").run.path))
    session = prepare(Layer("test", {"model": "lenet5", "epochs": 1}))
    other = session.fit(RunDirectory.create(tmp_path / "runs", "digits")).run
    with pytest.raises(DataError, match=r"expected the classes 0, 1"):
        one.compared(Trained.load(str(other.path)), "digits")


def test_an_evaluation_is_written_as_page_json_and_pictures(train, tmp_path):
    found = evaluate_run(str(train(lr=0.0).run.path))  # untrained, so some answers are wrong
    paths = found.save(tmp_path / "seen")
    assert "Calibration" in (tmp_path / "seen" / "evaluation.html").read_text()
    values = json.loads((tmp_path / "seen" / "evaluation.json").read_text())
    assert values["baseline"] == {"acc": 0.5} and 0 <= values["calibration_error"] <= 1
    wrong = values["images"] - values["right"]
    assert len(paths) == 2 + wrong > 2
    assert decode(paths[-1]).shape[2] >= 240
    worst = tmp_path / "seen" / "worst"
    for name in (f"{wrong + 1:02}.png", "24.png", "99.png", "mine.png"):
        (worst / name).touch()
    found.save(tmp_path / "seen")
    left = {path.name for path in worst.iterdir()} - {path.name for path in paths}
    assert left == {"99.png", "mine.png"}


def test_the_baseline_of_classes_is_the_commonest_one(train):
    found = evaluate_run(str(train().run.path), split="train")
    assert found.baseline == {"acc": 0.5}


def test_the_baseline_is_that_of_the_learned_part_however_the_data_are_named(
    train, stripes, tmp_path
):
    pictures = stripes(30)
    for index, (image, target) in enumerate(zip(pictures.images, pictures.targets, strict=True)):
        place = tmp_path / "parts" / ("test" if index == 0 else "train") / "ab"[target]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[0]).save(place / f"{index:03}.png")
    # There are 14 a and 15 b to train on, of which one a and two b are kept for validation.
    run = train(data=str(tmp_path / "parts")).run
    shutil.copy(run.best, tmp_path / "alone.safetensors")
    alone = evaluate_run(str(tmp_path / "alone.safetensors"), data=str(tmp_path / "parts"))
    assert evaluate_run(str(run.path)).baseline == alone.baseline == {"acc": 1.0}


@pytest.fixture
def localizer(tmp_path):
    """A run of a localizer that has not learned anything."""
    told = {"model": "localizer", "data": "canvas", "model_options": {"backbone": "lenet5"}}
    more = {"epochs": 1, "lr": 0.0, "limit_train": 32, "image_size": 32}
    session = prepare(Layer("test", {**told, **more}))
    return session.fit(RunDirectory.create(tmp_path / "runs", "boxes")).run


def test_a_localizer_is_evaluated_beside_the_median_box(localizer, tmp_path):
    found = evaluate_run(str(localizer.path))
    assert found.baseline.keys() == {"iou", "found", "right", "acc"}
    assert f"(median box {found.baseline['iou']:.3f})" in found.line()
    assert len(found.save(tmp_path / "seen")) == 2 + 24
    assert json.loads((localizer.path / "result.json").read_text())["baseline"] == found.baseline
    assert "Overlap of the boxes" in (localizer.path / "report.html").read_text()


def test_boxes_are_drawn_where_they_are_on_pictures_of_another_size(localizer, tmp_path):
    place = tmp_path / "wide"
    place.mkdir()
    rows = ["image,x1,y1,x2,y2,label"]
    for number in range(10):
        Image.new("L", (100, 100), 90).save(place / f"{number}.png")
        rows.append(f"{number}.png,20,40,80,60,{number}")
    (place / "boxes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = evaluate_run(str(localizer.path), data=str(place))
    page = found.save(tmp_path / "seen")[0].read_text(encoding="utf-8")
    # The picture is brought to 32 pixels, and so is the box: 20 of 100 pixels from the left.
    drawn = np.moveaxis(decode(tmp_path / "seen" / "worst" / "01.png", 3), 0, 2)[:240]
    columns = np.flatnonzero((drawn == TRUE).all(axis=2).any(axis=0)) / drawn.shape[1]
    assert (columns[0], columns[-1]) == pytest.approx((0.2, 0.8), abs=0.02)
    assert found.dataset.image_shape == (1, 32, 32) and 'viewBox="0 0 32 32"' in page


def test_a_box_is_answered_in_pixels_of_the_picture_itself(localizer, tmp_path):
    path = tmp_path / "wide.png"
    Image.new("L", (200, 100), 90).save(path)
    (answer,) = predict_files(str(localizer.path), tmp_path, [path])
    # Untrained, it answers the middle 0.6 of the square frame; the picture fills half its height.
    assert answer.prediction.box == pytest.approx((40, 0, 160, 100), abs=2)
    saved = answer.save_overlay(tmp_path / "seen")
    again = answer.save_overlay(tmp_path / "seen")
    assert [saved.name, again.name] == ["wide.png", "wide-2.png"]
    assert ANSWERED in {tuple(p) for p in np.moveaxis(decode(saved, 3), 0, 2).reshape(-1, 3)}


def test_a_box_is_drawn_at_its_edges():
    image = np.asarray(draw_answer(np.zeros((1, 100, 240), np.uint8), "", [Mark((20, 10, 60, 50))]))
    orange = (image == ANSWERED).all(axis=2)
    rows, columns = np.flatnonzero(orange.any(1)), np.flatnonzero(orange.any(0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (10, 49, 20, 59)


def test_a_box_beyond_the_picture_is_drawn_inside_of_it():
    marks = [Mark((-50, -50, 500, 500)), Mark((300, 300, 200, 200))]
    assert draw_answer(np.zeros((3, 100, 240), np.uint8), "", marks).size == (240, 100)


def test_what_stands_below_a_picture_has_glyphs_in_the_font():
    font = ImageFont.load_default(13)
    missing = bytes(font.getmask("\U0010ffff"))
    said = taken_for("cat", "dog") + ClassPrediction((("cat", 0.5),)).line(1) + "…"
    assert not [each for each in set(said) - {" "} if bytes(font.getmask(each)) == missing]


@pytest.mark.parametrize("size", [(200, 3), (3, 200), (2000, 30)])
def test_the_text_below_a_narrow_picture_has_room(size):
    picture = np.full((3, *size), 128, np.uint8)
    short, long = (draw_answer(picture, "is cat, taken for dog" + more) for more in ("", "  97 %"))
    assert short.width >= SMALLEST and np.any(np.asarray(short) != np.asarray(long))
    assert (np.asarray(short) == 128).all(axis=2).sum() >= size[0] * size[1]


def test_a_class_is_written_below_the_picture_and_too_long_a_name_is_cut(tmp_path):
    picture = np.full((3, 50, 80), 128, np.uint8)
    short = ClassPrediction((("cat", 1.0),)).draw(picture)
    long = ClassPrediction((("cat" * 60, 1.0),)).draw(picture)
    assert short.size == long.size and short.size[1] > 3 * 50
    long.save(tmp_path / "x.png")
    assert decode(tmp_path / "x.png", 3).shape[1:] == long.size[::-1]


def test_boxes_of_a_prediction_are_plain_numbers_in_json():
    values = BoxPrediction((("cat", 0.5),), (1.234, 2, 3, 4)).to_dict(1)
    assert json.loads(json.dumps(values))["box"] == [1.23, 2, 3, 4]


def test_comparing_classes_with_boxes_is_refused(train, localizer):
    found = evaluate_run(str(train().run.path))
    with pytest.raises(ConfigError, match="expected another model for classification"):
        found.compared(Trained.load(str(localizer.path)), "boxes")


def test_a_name_that_is_neither_run_nor_model_names_close_runs(train, tmp_path):
    train(name="first")
    with pytest.raises(DataError, match="there is no run 'frist'"):
        find_weights("frist", tmp_path / "runs")
