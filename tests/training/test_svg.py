import math
from xml.etree import ElementTree

import numpy as np
import pytest

from tensorlite.training.confusion import confusion_chart
from tensorlite.training.curves import cloud, curves, line_chart
from tensorlite.training.histogram import histogram
from tensorlite.training.svg import Axis, log_ticks, nice_ticks, standalone


@pytest.mark.parametrize(
    "series",
    [
        {"train": [1.0, 0.5, 0.2], "val": [0.9, 0.6]},
        {"one": [0.5]},
        {"flat": [0.0, 0.0]},
        {"gap": [1.0, math.nan, 0.5, math.inf]},
        {"nothing": []},
        {"<&>": [1e-9, 1e9]},
    ],
)
def test_a_chart_of_any_curve_is_a_drawing(series):
    chart = line_chart(series, "Loss & more", percent=True, mark=1)
    assert ElementTree.fromstring(standalone(chart)).tag.endswith("svg")
    assert "nan" not in chart and "inf" not in chart


@pytest.mark.parametrize("classes", [1, 2, 10, 47, 200])
def test_a_confusion_matrix_of_any_size_is_a_drawing(classes, rng):
    names = [f"<class {index}>" for index in range(classes)]
    chart = confusion_chart(rng.integers(0, 9, (classes, classes)), names)
    assert ElementTree.fromstring(standalone(chart)).tag.endswith("svg")


def test_small_matrices_show_their_counts():
    chart = confusion_chart(np.array([[31, 2], [0, 33]]), ["cat", "dog"])
    assert ">31</text>" in chart and "cat taken for dog: 2 (6.1%)" in chart


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0.981, 0.993), (-3, 5), (1e-12, 2e-12), (7, 7), (0, 0), (0, 1e12)]
)
def test_ticks_are_few_and_span_the_range(low, high):
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low and ticks[-1] >= high and 2 <= len(ticks) <= 8


@pytest.mark.parametrize(("low", "high"), [(1e-7, 10), (0.9, 1.1), (3, 3), (1e-4, 2e-4)])
def test_ticks_of_factors_are_few_and_within_the_range(low, high):
    ticks = log_ticks(low, high)
    assert 1 <= len(ticks) <= 9 and low * 0.99 <= ticks[0] <= ticks[-1] <= high * 1.01


def test_equal_factors_are_equal_ways_on_a_logarithmic_axis():
    axis = Axis.spanning([1e-4, 1e-2, 1.0], log=True)
    assert axis.share(1e-2) == pytest.approx(0.5) and not axis.holds(0.0)


def test_a_gap_in_a_curve_is_left_open():
    drawing = curves({"a": ([1, 2, 3, 4], [1.0, math.nan, 2.0, 3.0])}, "Gap", Axis(1, 4, [1, 4]))
    assert drawing.count("M") == 2 and drawing.count("L") == 1


def test_points_without_a_place_are_left_out_of_a_cloud():
    drawing = cloud(
        ([0.0, 0.1, 1.0], [1.0, 2.0, math.inf]), "lr", Axis.spanning([0.1, 1], log=True)
    )
    assert drawing.count("<circle") == 1


def test_a_histogram_has_one_bar_for_each_part_with_values():
    drawing = histogram([0.05, 0.06, 0.95, 7.0], "IoU", bins=10, mark=0.5)
    assert drawing.count("<rect") == 2 and "0 to 0.1: 2" in drawing and 'class="mark"' in drawing
