import numpy as np
import pytest
from tensorlite_quarter_turn import QuarterTurn, turned

from tensorlite.augment import augment_targets
from tensorlite.random import Generator
from tensorlite.testing import check_augmentation


def test_the_augmentation_keeps_its_promises():
    check_augmentation(QuarterTurn)


@pytest.mark.parametrize("quarters", range(4))
def test_a_box_turns_with_a_square_picture(quarters):
    picture = np.zeros((9, 9))
    picture[1:4, 2:8] = 1
    rows, columns = np.nonzero(np.rot90(picture, quarters))
    (box,) = turned(np.array([[2, 1, 8, 4]]), quarters, (9, 9))
    assert box.tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_pictures_and_boxes_of_a_batch_stay_together(tiny_images, tiny_boxes):
    generators = [Generator(0, 0, index) for index in range(4)]
    images, boxes = augment_targets(QuarterTurn(p=1), tiny_images, tiny_boxes, generators)
    assert images.shape == tiny_images.shape and len(boxes) == 4
