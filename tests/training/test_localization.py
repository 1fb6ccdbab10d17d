"""The task of class and box: loss, figures, the guess without looking, a training of its own."""

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.data import Dataset, canvas
from tensorlite.data.pictures import BoxFiles
from tensorlite.errors import ConfigError, DataError, UnknownNameError
from tensorlite.training import Layer, Settings, prepare
from tensorlite.training.boxes import average_precision, median_boxes, overlap, without_looking
from tensorlite.training.localization import Localization

SIZE = (20, 40)  # height, width


@pytest.fixture
def task():
    return Localization.from_settings(Settings(), ["cat", "dog"], (3, *SIZE))


def truth(*boxes, labels):
    return {"boxes": tl.tensor(boxes, dtype=tl.float32), "labels": tl.tensor(labels)}


def answer(*rows):
    return tl.tensor(rows, dtype=tl.float32)


PERFECT = [9.0, -9.0, 0.25, 0.5, 0.5, 1.0]  # a cat at 10,10-20,20


def test_an_answer_that_is_right_has_hardly_any_loss(task):
    target = [truth([10, 10, 20, 20], labels=[0])]
    assert task.loss(answer(PERFECT), target).item() < 1e-6


def test_a_picture_without_a_box_teaches_nothing(task):
    empty = {"boxes": tl.zeros((0, 4)), "labels": tl.tensor([], dtype=tl.int64)}
    output = answer(PERFECT, PERFECT)
    output.requires_grad_()
    task.loss(output, [empty, truth([0, 0, 5, 5], labels=[1])]).backward()
    gradient = output.grad.numpy()
    assert not gradient[0].any() and gradient[1].any()
    assert task.loss(output, [empty, empty]).item() == 0


def test_the_largest_box_teaches(task):
    both = [truth([0, 0, 4, 4], [10, 10, 20, 20], labels=[1, 0])]
    assert task.loss(answer(PERFECT), both).item() < 1e-6


def test_figures_count_classes_and_boxes(task):
    scores = task.scores()
    wrong_class = [-9.0, 9.0, *PERFECT[2:]]
    wrong_box = [9.0, -9.0, 0.0, 0.0, 0.25, 0.5]
    target = [truth([10, 10, 20, 20], labels=[0])] * 4
    scores.update(answer(PERFECT, PERFECT, wrong_class, wrong_box), target)
    figures = scores.figures()
    assert figures["iou"] == pytest.approx(0.75)
    assert figures["found"] == figures["acc"] == 0.75
    assert figures["right"] == 0.5
    assert scores.correct.tolist() == [True, True, False, False]
    assert scores.confusion.tolist() == [[3, 1], [0, 0]]
    assert [each.index for each in scores.worst(2)] == [2, 3]


def test_an_answer_is_held_against_the_box_it_overlaps_most(task):
    scores = task.scores()
    scores.update(answer(PERFECT), [truth([0, 0, 39, 9], [10, 10, 20, 20], labels=[1, 0])])
    assert scores.figures()["iou"] == pytest.approx(1) and scores.correct.all()


def test_a_missed_box_lowers_the_average_precision(task):
    scores = task.scores()
    scores.update(answer(PERFECT), [truth([0, 0, 9, 9], [10, 10, 20, 20], labels=[0, 0])])
    assert scores.figures()["ap50"] == 0.5


def test_average_precision_is_the_area_under_the_best_precision():
    found = np.array([True, False, True, True])
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    # Recall 1/4 at precision 1, then 2/4 and 3/4 at the best that follows, 3/4.
    assert average_precision(found, confidence, 4) == pytest.approx((1 + 0.75 + 0.75) / 4)
    assert np.isnan(average_precision(found, confidence, 0))


def test_boxes_of_no_size_overlap_with_nothing():
    point = np.array([3.0, 3, 3, 3])
    assert overlap(point, point) == 0


def test_a_sentence_names_the_guess_beside_each_figure(task):
    scores = task.scores()
    scores.update(answer(PERFECT), [truth([10, 10, 20, 20], labels=[0])])
    sentence = task.sentence(scores, {"iou": 0.5, "found": 0.625})
    assert "mean IoU 1.000 (median box 0.500)" in sentence
    assert "IoU >= 0.5 on 100.0 % (median box 62.5 %)" in sentence


class Two(Dataset):
    """A wide and a tall picture in one square frame, each with its left half as box."""

    task = "boxes"
    image_shape = (3, 40, 40)
    classes = ["half"]

    def __len__(self):
        return 2

    def frame(self, index):
        return [(20, 40), (80, 40)][index]

    def target(self, index):
        box = [[0, 10, 20, 30], [10, 0, 20, 40]][index]
        return {"boxes": np.array([box], np.float32), "labels": np.array([0])}


def test_the_median_box_is_in_shares_of_the_picture_not_of_the_frame():
    assert median_boxes(Two()).tolist() == [[0, 0, 0.5, 1]]
    found = without_looking(Two(), Two())
    assert found == {"iou": 1.0, "found": 1.0, "right": 1.0, "acc": 1.0}


def test_the_frame_of_pictures_on_disk_is_known_through_subsets_and_caches():
    files = BoxFiles(["a.jpg"], [[[2, 4, 6, 8]]], [[0]], [(10, 20)], ["thing"], (3, 40, 40))
    assert files.frame(0) == (10, 20)
    assert median_boxes(files)[0] == pytest.approx([0.1, 0.4, 0.3, 0.8])


def test_a_model_learns_where_the_digits_of_a_batch_are():
    session = _session(lr=0.002, schedule="constant")
    images, target = next(iter(session.inputs.normalised(session.batches)))
    before, after = session.task.scores(), session.task.scores()
    before.update(session.model(images).detach(), target)
    for _ in range(30):
        loss = session.task.loss(session.model(images), target)
        session.optimizer.zero_grad()
        loss.backward()
        session.optimizer.step()
    after.update(session.model(images).detach(), target)
    assert after.figures()["iou"] > before.figures()["iou"] + 0.2


def test_data_without_boxes_is_refused_in_one_sentence():
    with pytest.raises(DataError, match="'localizer' needs a box for each picture, got class"):
        _session(data="digits")


def test_a_backbone_that_is_not_there_is_refused():
    with pytest.raises(UnknownNameError, match="there is no model 'lenet55'"):
        _session(model_options={"backbone": "lenet55"})


def test_a_backbone_that_names_no_features_is_refused():
    tl.models.register("featureless", lambda **_: tl.nn.Identity())
    with pytest.raises(ConfigError, match=r"model 'featureless': its entry names no features"):
        _session(model_options={"backbone": "featureless"})


def _session(**settings):
    told = {"model": "localizer", "data": "canvas", "batch_size": 32, "augment": []}
    options = {"model_options": {"backbone": "lenet5"}}
    return prepare(Layer("test", {**told, **options, **settings}))


def test_a_canvas_is_the_same_everywhere_and_its_box_is_the_ink():
    data = canvas("val")
    assert len(data) == 720 and len(canvas("train")) == 8000
    image, target = data[5]
    left, top, right, bottom = target["boxes"][0].astype(int)

    inside = image[0, top:bottom, left:right]
    assert all(edge.max() > 0.1 for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))
    assert data.counts() == dict.fromkeys("0123456789", 72)
