"""Boxes and masks stay on what they were drawn around."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorlite.augment import (
    CenterCrop,
    ColorJitter,
    Compose,
    CutMix,
    Elastic,
    HorizontalFlip,
    Mixup,
    OneOf,
    PaddedCrop,
    RandAugment,
    RandomAffine,
    RandomCrop,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotation,
    RandomScale,
    RandomShear,
    RandomShift,
    Resize,
    Samples,
    Sometimes,
    TrivialAugment,
    VerticalFlip,
    augment_samples,
    augment_targets,
)
from tensorlite.augment.boxes import clip_boxes, move_boxes
from tensorlite.errors import ConfigError
from tensorlite.random import Generator

MOVING = [
    HorizontalFlip(),
    VerticalFlip(),
    RandomCrop((20, 22)),
    PaddedCrop(padding=6),
    CenterCrop((24, 20)),
    RandomResizedCrop(scale=(0.3, 1)),
    RandomResizedCrop((20, 40)),
    Resize((50, 20)),
    Resize(17),
    RandomShift(pixels=8),
    RandomRotation(180),
    RandomScale(0.5, 2),
    RandomShear(30, 20),
    RandomAffine(60, (0.2, 0.2), (0.7, 1.4), 20),
    RandomPerspective(0.5),
    Elastic(2, 5),
    Compose([HorizontalFlip(), RandomRotation(90), RandomScale(0.8, 1.2), RandomCrop((24, 24))]),
    Compose([RandomResizedCrop(32), RandomRotation(20), Elastic(1, 4), VerticalFlip()]),
    OneOf([RandomRotation(45), HorizontalFlip(p=1), RandomPerspective(0.4)]),
    Sometimes(RandomShear(30)),
]
THRICE = MOVING[17]  # resampled three times
POLICIES = [RandAugment(3, 20), TrivialAugment()]


def drawn(height, width, left, top, right, bottom):
    """A white square on black, with its box and its mask."""
    images = np.zeros((1, 1, height, width), np.float32)
    images[0, 0, top:bottom, left:right] = 1
    boxes = [np.array([[left, top, right, bottom]], np.float32)]
    masks = (images[:, 0] > 0).astype(np.int64)
    return Samples(images, None, boxes, [np.array([4])], masks, void=9)


@st.composite
def squares(draw):
    height, width = draw(st.integers(26, 40)), draw(st.integers(26, 40))
    side = draw(st.integers(6, 14))
    left, top = draw(st.integers(0, width - side)), draw(st.integers(0, height - side))
    return drawn(height, width, left, top, left + side, top + side)


@settings(max_examples=300, deadline=None)
@given(squares(), st.sampled_from(MOVING), st.integers(0, 10_000))
def test_a_square_stays_under_its_box_and_its_mask(square, augmentation, seed):
    moved = augment_samples(augmentation, square, [Generator(seed)])
    image, mask = moved.images[0, 0], moved.masks[0]
    assert mask.shape == image.shape
    # The mask is the picture, but for pixels that are blended at the square's edges.
    known = mask != 9
    if augmentation is not THRICE:  # which blurs edges more than once
        assert (image[mask == 1] >= 0.2).mean() > 0.95 if (mask == 1).any() else True
        assert (mask[image > 0.8] == 1).all() and (image[~known] == 0).all()
    assert not (mask[known & (image == 0)] == 1).any()
    (boxes,), (labels,) = moved.boxes, moved.box_labels
    assert len(boxes) == len(labels) <= 1
    rows, columns = np.nonzero(image > 0.5)
    if not len(boxes):  # dropped: a quarter of it at most is left, or less than a pixel
        height, width = square.size
        grown = image.size / (height * width)
        assert len(rows) <= 0.5 * square.masks.sum() * max(grown, 1) * 4
        return
    left, top, right, bottom = boxes[0]
    assert labels[0] == 4
    assert 0 <= left < right <= image.shape[1] and 0 <= top < bottom <= image.shape[0]
    if len(rows):
        assert columns.min() >= left - 1 and columns.max() + 1 <= right + 1
        assert rows.min() >= top - 1 and rows.max() + 1 <= bottom + 1


@pytest.mark.parametrize(
    "augmentation",
    [each for each in MOVING if not isinstance(each, Compose | OneOf)],
    ids=repr,
)
def test_a_box_is_no_larger_than_it_must_be(augmentation):
    for seed in range(40):
        moved = augment_samples(augmentation, drawn(36, 36, 12, 14, 24, 22), [Generator(seed)])
        (boxes,) = moved.boxes
        rows, columns = np.nonzero(moved.images[0, 0] > 0.25)
        if len(boxes) and len(rows):
            seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            clipped = np.any(boxes[0] <= 0) or np.any(boxes[0, 2:] >= moved.size[::-1])
            if not clipped:  # at the frame's edge the corner of a turned square may be cut off
                # A sharp corner of a slanted square is faint.
                assert np.abs(boxes[0] - seen).max() <= 3


@pytest.mark.parametrize("augmentation", POLICIES, ids=repr)
def test_policies_move_boxes_and_masks_along(augmentation):
    found = 0
    for seed in range(200):
        square = drawn(32, 32, 10, 10, 22, 22)
        moved = augment_samples(augmentation, square, [Generator(seed)])
        (boxes,), mask = moved.boxes, moved.masks[0]
        rows, columns = np.nonzero(mask == 1)
        if len(boxes) and len(rows):
            found += 1
            left, top, right, bottom = boxes[0]
            assert columns.min() >= left - 1 and columns.max() + 1 <= right + 1
            assert rows.min() >= top - 1 and rows.max() + 1 <= bottom + 1
    assert found > 120


def test_boxes_are_clipped_or_dropped_by_what_is_left_of_their_area():
    boxes = np.array([[-6, 0, 4, 5], [-8, 0, 2, 5], [9.5, 1, 19, 5], [2, 2, 3, 2.5]], np.float32)
    kept, labels = clip_boxes(boxes, np.arange(4), (10, 10))
    assert kept.tolist() == [[0, 0, 4, 5]] and labels.tolist() == [0]


def test_a_box_that_reaches_behind_the_viewer_is_dropped():
    tilt = np.array([[1, 0, 0], [0, 1, 0], [-0.2, 0, 1]])
    moved = move_boxes(np.array([[0, 0, 9, 9]], np.float32), tilt)
    assert not len(clip_boxes(moved, np.array([0]), (10, 10))[0])


def test_pictures_without_boxes_stay_without():
    empty = [np.zeros((0, 4), np.float32)]
    samples = Samples(np.zeros((1, 1, 8, 8), np.float32), None, empty, [np.zeros(0, np.int64)])
    for augmentation in [*MOVING[7:16], *POLICIES]:
        moved = augment_samples(augmentation, samples, [Generator(0)])
        assert moved.boxes[0].shape == (0, 4) and moved.box_labels[0].shape == (0,)


@pytest.mark.parametrize("kind", ["list", "table"])
def test_targets_come_back_in_the_form_they_had(kind):
    images = np.zeros((2, 3, 8, 8), np.float32)
    one = {"boxes": np.array([[1, 1, 5, 5]], np.float32), "labels": np.array([2]), "id": 7}
    targets = [one, {**one, "id": 8}]
    if kind == "table":
        targets = {key: [each[key] for each in targets] for key in one}
    sources = [Generator(0, 0, index) for index in range(2)]
    _, new = augment_targets(HorizontalFlip(p=1), images, targets, sources)
    assert type(new) is type(targets)
    boxes = new["boxes"] if kind == "table" else [each["boxes"] for each in new]
    assert [box.tolist() for box in boxes] == [[[3, 1, 7, 5]]] * 2
    assert (new["id"] if kind == "table" else [each["id"] for each in new]) == [7, 8]


def test_masks_come_alone_or_in_tables_and_what_comes_in_is_left_out_of_the_loss():
    images, mask = np.zeros((1, 3, 4, 4), np.float32), np.ones((1, 4, 4), np.int64)
    shift = RandomShift(pixels=3)
    plain = augment_targets(shift, images, mask, [Generator(0)])[1]
    table = augment_targets(shift, images, {"mask": mask}, [Generator(0)])[1]["mask"]
    listed = augment_targets(shift, images, [{"mask": mask[0]}], [Generator(0)])[1][0]["mask"]
    assert plain.dtype == np.int64 and set(plain.ravel()) == {1, -100}
    assert np.array_equal(plain, table) and np.array_equal(plain[0], listed)
    small = augment_targets(shift, images, mask.astype(np.uint8), [Generator(0)])[1]
    assert small.dtype == np.uint8 and set(small.ravel()) == {1, 255}
    void = augment_targets(shift, images, mask, [Generator(0)], void=11)[1]
    assert set(void.ravel()) == {1, 11}


@pytest.mark.parametrize(
    "augmentation",
    [
        lambda image, generator: image[..., ::-1],
        Sometimes(lambda image, generator: image, p=0),
        Mixup(),
        CutMix(),
        Compose([ColorJitter(), Mixup()]),
    ],
)
@pytest.mark.parametrize("target", ["boxes", "mask"])
def test_what_would_leave_boxes_or_masks_behind_is_refused(augmentation, target):
    square = drawn(8, 8, 1, 1, 5, 5)
    targets = {"mask": square.masks}
    if target == "boxes":
        targets = {"boxes": square.boxes, "labels": square.box_labels}
    with pytest.raises(ConfigError, match=f"moves {target.rstrip('es')}"):
        augment_targets(augmentation, square.images, targets, [Generator(0)])


def test_colour_leaves_boxes_and_masks_where_they_are():
    square = drawn(8, 8, 1, 1, 5, 5)
    jittered = augment_samples(ColorJitter(), square, [Generator(0)])
    assert jittered.boxes is square.boxes and jittered.masks is square.masks
