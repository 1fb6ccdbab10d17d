import math
from xml.etree import ElementTree

import numpy as np
import pytest

from tensorlite.training.svg import confusion_chart, line_chart, nice_ticks, standalone


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
