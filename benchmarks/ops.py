"""The time of each op in a training step, forward and backward, in the order in which they run.

    python benchmarks/ops.py lenet5-64
    python benchmarks/ops.py vgg-mini-128 --style functional

The networks are those of ``steps.py``. The clock is read around each op, so the sum is a little
more than a step takes; what belongs to no op (the layers' Python, the walk through the graph, the
optimizer) is the last line before the total.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]


class Clock:
    """Microseconds of each outermost op and each backward rule, in order."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float]] = []
        self.depth = 0

    def timed(self, name: str, call: Any, *args: Any) -> Any:
        """Call, and note how long it took unless it is part of something that is noted."""
        self.depth += 1
        start = time.perf_counter()
        try:
            return call(*args)
        finally:
            self.depth -= 1
            if not self.depth:
                self.rows.append((name, (time.perf_counter() - start) * 1e6))

    def watch(self) -> None:
        """Put the clock around every op."""
        from tensorlite.autograd import Op, walk

        apply, gradients = Op.apply.__func__, walk._gradients  # type: ignore[attr-defined]

        def apply_timed(cls: Any, *inputs: Any) -> Any:
            return self.timed(cls.__name__, apply, cls, *inputs)

        def gradients_timed(node: Any, *args: Any) -> Any:
            return self.timed(f"{type(node).__name__} backward", gradients, node, *args)

        Op.apply = classmethod(apply_timed)  # type: ignore[method-assign, assignment]
        walk._gradients = gradients_timed


def main() -> None:
    """Measure and print."""
    from steps import MODELS, tensorlite_step

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--style", choices=("sequential", "functional"), default="sequential")
    parser.add_argument("--seconds", type=float, default=3.0)
    args = parser.parse_args()
    step, clock = tensorlite_step(args.model, args.style), Clock()
    for _ in range(5):
        step()
    clock.watch()
    runs, totals = [], []
    end = time.perf_counter() + args.seconds
    while time.perf_counter() < end or len(runs) < 5:
        clock.rows = []
        start = time.perf_counter()
        step()
        totals.append((time.perf_counter() - start) * 1e6)
        runs.append([value for _, value in clock.rows])
    names = [name for name, _ in clock.rows]
    medians = [statistics.median(column) for column in zip(*runs, strict=True)]
    total = statistics.median(totals)
    for name, value in [*zip(names, medians, strict=True), ("the rest", total - sum(medians))]:
        print(f"{name:24}{value:10.0f} us {value / total:6.1%}")
    print(f"{'a step':24}{total:10.0f} us")


if __name__ == "__main__":
    main()
