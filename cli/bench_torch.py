"""PyTorch's times for one convolution, as JSON; run in a process of its own.

    python bench_torch.py SECONDS N C H W K R STRIDE PAD GROUPS [more shapes]

Two libraries with threads in one process disturb each other. Prints, for each shape, the seconds
forward, for the picture's gradient and for the weights', in the better of both memory layouts.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any


def shortest(function: Callable[[], Any], seconds: float) -> float:
    """The shortest of at least three runs."""
    function()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def times(shape: list[int], layout: Any, seconds: float) -> list[float]:
    """The three directions in one memory layout."""
    torch: Any = importlib.import_module("torch")
    n, c, height, width, k, r, stride, pad, groups = shape
    x = torch.randn(n, c, height, width).to(memory_format=layout)
    w = torch.randn(k, c // groups, r, r).to(memory_format=layout)

    def forward() -> Any:
        return torch.nn.functional.conv2d(x, w, stride=stride, padding=pad, groups=groups)

    y = forward()

    def backward(*mask: bool) -> Any:
        steps = [stride] * 2, [pad] * 2, [1, 1], False, [0, 0], groups
        return torch.ops.aten.convolution_backward(y, x, w, None, *steps, mask)

    calls = forward, lambda: backward(True, False, False), lambda: backward(False, True, False)
    with torch.no_grad():
        return [shortest(call, seconds) for call in calls]


def main(seconds: float, numbers: list[int]) -> None:
    """Measure all shapes and print them."""
    torch: Any = importlib.import_module("torch")
    layouts = torch.contiguous_format, torch.channels_last
    found = []
    for i in range(0, len(numbers), 9):
        both = [times(numbers[i : i + 9], layout, seconds) for layout in layouts]
        found.append([min(pair) for pair in zip(*both, strict=True)])
    print(json.dumps(found))


if __name__ == "__main__":
    main(float(sys.argv[1]), [int(word) for word in sys.argv[2:]])
