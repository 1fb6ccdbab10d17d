"""What a small op costs beside NumPy, and a small matrix product.

python benchmarks/overhead.py
"""

from __future__ import annotations

import json
import sys
import timeit
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def microseconds(statement: str, **names: Any) -> float:
    """The shortest of many repeats."""
    timer = timeit.Timer(statement, globals=names)
    return min(timer.repeat(30, 5000)) / 5000 * 1e6


def main() -> None:
    """Measure and print."""
    import numpy as np

    import tensorlite as tl
    from tensorlite import kernels

    a = np.ones(8, np.float32)
    plain, leaf = tl.ones(8), tl.ones(8, requires_grad=True)
    bare = microseconds("a * b", a=a, b=a)
    found = {
        "numpy": bare,
        "unrecorded, over numpy": microseconds("a * b", a=plain, b=plain) - bare,
        "recorded, over numpy": microseconds("a * b", a=leaf, b=plain) - bare,
        "matmul 16x16": microseconds("f(a, a)", f=kernels.matmul, a=np.ones((16, 16), np.float32)),
    }
    for name, value in found.items():
        print(f"{name:24} {value:7.2f} us")
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
