"""What the smallest ops cost beside NumPy, in tensorlite and in PyTorch.

    python benchmarks/overhead.py --torch /path/to/a/python/that/has/torch

The last lines are what it costs to hand a job to the threads and to get it back, 10,000 times in a
row: the median and the 99th percentile. On an idle machine the latter is below 100 microseconds.

Each contender runs in a process of its own, in turn, for several rounds; the shortest time counts,
less what NumPy takes for the same arithmetic in the same process. One thread, 8 float32 numbers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import timeit
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STATEMENTS = {"add": "{0} + {1}", "multiply": "{0} * {1}", "divide": "{0} / {1}", "exp": "{2}"}


def microseconds(statement: str, names: dict[str, Any]) -> float:
    """The shortest of many repeats."""
    timer = timeit.Timer(statement, globals=names)
    timer.timeit(20_000)  # a processor that has slept runs slowly at first
    return min(timer.repeat(40, 5000)) / 5000 * 1e6


def measure(which: str) -> dict[str, float]:
    """Microseconds over NumPy for each op, unrecorded and recorded, in this process."""
    import numpy as np

    if which == "torch":
        import torch as library

        library.set_num_threads(1)
    else:
        sys.path.insert(0, str(ROOT))
        import tensorlite as library  # type: ignore[no-redef]
    a = np.ones(8, np.float32)
    plain, leaf = library.ones(8), library.ones(8, requires_grad=True)
    names = {"a": a, "plain": plain, "leaf": leaf, "np": np}
    found = {}
    for name, form in STATEMENTS.items():
        bare = microseconds(form.format("a", "a", "np.exp(a)"), names)
        for kind, first in ("unrecorded", "plain"), ("recorded", "leaf"):
            ours = microseconds(form.format(first, "plain", f"{first}.exp()"), names)
            found[f"{name} {kind}"] = ours - bare
    return found


def regions(count: int = 10_000) -> list[float]:
    """Microseconds of jobs that give each thread next to nothing to do, sorted."""
    import numpy as np

    from tensorlite import kernels
    from tensorlite.kernels.compiled.peak import multiply

    parts = max(2, kernels.get_num_threads())
    args = [np.zeros(parts << 10, np.float32), parts, 1]
    found = []
    for _ in range(count + 100):
        start = time.perf_counter()
        multiply(parts, np.dtype(np.float32), args)
        found.append((time.perf_counter() - start) * 1e6)
    return sorted(found[100:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--torch", help="a Python that has PyTorch; without it ours runs alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only)))
        return
    pythons = {"tensorlite": sys.executable} | ({"torch": options.torch} if options.torch else {})
    best: dict[str, dict[str, float]] = {name: {} for name in pythons}
    for _ in range(options.rounds):
        for name, python in pythons.items():
            command = [python, __file__, "--only", name]
            answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            for case, value in json.loads(answer).items():
                best[name][case] = min(value, best[name].get(case, value))
    print("microseconds over NumPy" + "".join(f"{name:>12}" for name in best))
    for case in best["tensorlite"]:
        print(f"{case:23}" + "".join(f"{column[case]:12.2f}" for column in best.values()))
    sys.path.insert(0, str(ROOT))
    times = regions()
    print(f"a parallel region: median {times[5000]:.1f}, 99th percentile {times[9900]:.1f}")
    if options.json:
        options.json.write_text(json.dumps(best, indent=1) + "\n")


if __name__ == "__main__":
    main()
