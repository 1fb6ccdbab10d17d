import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorlite.errors import ConfigError
from tensorlite.training.metrics import (
    Accuracy,
    MacroF1,
    TopAccuracy,
    confusion_matrix,
    per_class,
    wilson_interval,
)


def test_the_confusion_matrix_counts_pairs(rng):
    predicted, target = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    expected = np.zeros((4, 4), int)
    for pair in zip(target, predicted, strict=True):
        expected[pair] += 1
    np.testing.assert_array_equal(confusion_matrix(predicted, target, 4), expected)


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (9894, 10000, 0.9872, 0.9912)],
)
def test_the_interval_is_that_of_wilson(right, total, low, high):
    assert wilson_interval(right, total) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(0, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(pair):
    right, total = pair
    low, high = wilson_interval(right, total)
    share = right / total if total else 0.5
    assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1


def test_figures_of_a_class_without_images_or_answers_are_zero():
    figures = per_class(np.array([[2, 0, 0], [1, 0, 0], [0, 0, 0]]), ["a", "b", "c"])
    assert figures[0].precision == pytest.approx(2 / 3) and figures[0].recall == 1
    assert (figures[1].recall, figures[1].f1, figures[1].taken_for) == (0, 0, "a")
    assert (figures[2].count, figures[2].recall, figures[2].taken_for) == (0, 0, "")


@pytest.mark.parametrize("metric", [Accuracy, TopAccuracy, MacroF1])
def test_a_metric_gives_the_same_in_one_batch_and_in_many(metric, rng):
    outputs, targets = rng.normal(size=(60, 7)), rng.integers(0, 7, 60)
    whole, parts = metric(), metric()
    whole.update(outputs, targets)
    for start in range(0, 60, 13):
        parts.update(outputs[start : start + 13], targets[start : start + 13])
    assert whole.compute() == parts.compute()


def test_a_metric_that_saw_nothing_is_not_a_number():
    assert all(math.isnan(metric().compute()) for metric in (Accuracy, TopAccuracy, MacroF1))


def test_more_answers_than_classes_are_always_right(rng):
    metric = TopAccuracy(k=50)
    metric.update(rng.normal(size=(5, 3)), np.array([0, 1, 2, 0, 1]))
    assert metric.compute() == 1
    with pytest.raises(ConfigError):
        TopAccuracy(k=0)
