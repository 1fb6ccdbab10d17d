"""Each convolution's three directions, beside PyTorch and beside what this machine can do at most.

    python benchmarks/conv.py --torch /path/to/a/python/that/has/torch

GFLOP/s are nominal: two per multiplication that the formula asks for, those with the zeros of the
padding too, which our kernels skip, and those that Winograd's way saves: so a share of the peak can
be above 100 %. ``--direct`` leaves Winograd out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHAPES = [  # images, channels, side, filters, window, stride, padding
    (64, 1, 28, 6, 5, 1, 2),
    (64, 6, 14, 16, 5, 1, 0),
    (32, 3, 32, 64, 3, 1, 1),
    (32, 64, 32, 64, 3, 1, 1),
    (32, 128, 16, 128, 3, 1, 1),
    (32, 256, 8, 256, 3, 1, 1),
    (32, 64, 15, 192, 5, 1, 2),
    (32, 192, 16, 192, 1, 1, 0),
    (32, 32, 32, 64, 3, 2, 1),
]


def best(function: Callable[[], Any], seconds: float) -> float:
    """The shortest of many runs."""
    function()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(shape: tuple[int, ...], seconds: float) -> list[float]:
    """GFLOP/s of our kernels in the three directions."""
    import numpy as np

    from tensorlite import kernels

    n, c, size, k, window, stride, pad = shape
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, c, size, size)).astype(np.float32)
    w = rng.standard_normal((k, c, window, window)).astype(np.float32)
    steps = (stride, stride), (pad, pad), (1, 1), 1
    y = kernels.conv2d(x, w, *steps)
    order = (1, 2, 3, 0) if y.strides[0] == y.itemsize else (0, 2, 3, 1)  # as the step has it
    x = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))
    flops = 2 * y.size * c * window**2 / 1e9
    calls = [
        lambda: kernels.conv2d(x, w, *steps),
        lambda: kernels.conv2d_input_grad(y, w, (size, size), *steps),
        lambda: kernels.conv2d_weight_grad(x, y, (window, window), *steps),
    ]
    return [flops / best(call, seconds) for call in calls]


def torchs(shape: tuple[int, ...], seconds: float) -> list[float]:
    """GFLOP/s of PyTorch, the better of both memory layouts."""
    import torch

    layouts = torch.contiguous_format, torch.channels_last
    both = [torch_in(shape, layout, seconds) for layout in layouts]
    return [max(pair) for pair in zip(*both, strict=True)]


def torch_in(shape: tuple[int, ...], layout: Any, seconds: float) -> list[float]:
    """GFLOP/s of PyTorch in one layout."""
    import torch

    n, c, size, k, window, stride, pad = shape
    x = torch.randn(n, c, size, size).to(memory_format=layout)
    w = torch.randn(k, c, window, window).to(memory_format=layout)

    def forward() -> Any:
        return torch.nn.functional.conv2d(x, w, stride=stride, padding=pad)

    y = forward()

    def backward(*mask: bool) -> Any:
        steps = [stride] * 2, [pad] * 2, [1, 1], False, [0, 0], 1
        return torch.ops.aten.convolution_backward(y, x, w, None, *steps, mask)

    flops = 2 * y.numel() * c * window**2 / 1e9
    calls = [
        forward,
        lambda: backward(True, False, False),
        lambda: backward(False, True, False),
    ]
    with torch.no_grad():
        return [flops / best(call, seconds) for call in calls]


def peak(seconds: float) -> float:
    """GFLOP/s of multiply-adds on registers alone, with all threads at it."""
    import numpy as np

    from tensorlite import kernels
    from tensorlite.kernels.compiled import region
    from tensorlite.kernels.compiled.processor import ROWS, VECS
    from tensorlite.kernels.compiled.simd import (
        floats,
        tile_fma,
        tile_steps,
        tile_store,
        tile_width,
        tile_zero,
    )

    @region
    def multiply(part, parts, thread, args, one):  # type: ignore[no-untyped-def]
        numbers = floats(args, 0, one)
        t = tile_zero(one, ROWS, VECS)
        for _ in range(args[1]):
            t = tile_fma(t, numbers, tile_steps(t, 1), 0, numbers, 0)
        tile_store(t, numbers, tile_steps(t, tile_width(t)), thread * ROWS * tile_width(t))

    count, width = 100_000, VECS * multiply_lanes()
    numbers = np.zeros(kernels.get_num_threads() * ROWS * width, np.float32)
    parts = kernels.get_num_threads()
    shortest = best(lambda: multiply(parts, numbers.dtype, [numbers, count]), seconds)
    return 2 * count * ROWS * width * parts / shortest / 1e9


def multiply_lanes() -> int:
    """Numbers of float32 in a vector."""
    from tensorlite.kernels.compiled.processor import VECTOR_BYTES

    return VECTOR_BYTES // 4


def measure(which: str, seconds: float, direct: bool) -> dict[str, Any]:
    """All shapes, in this process."""
    if which == "torch":
        return {"rows": [torchs(shape, seconds) for shape in SHAPES]}
    from tensorlite import kernels
    from tensorlite.kernels import winograd

    kernels.set_memory_policy()
    if direct:
        winograd.FEW = 1 << 30  # more channels than anything has
    return {"rows": [ours(shape, seconds) for shape in SHAPES], "peak": peak(seconds)}


def in_process(python: str, which: str, args: argparse.Namespace) -> dict[str, Any]:
    """The numbers of one library, from a process of its own."""
    threads = str(args.threads)
    env = {**os.environ, "TENSORLITE_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    if which == "ours":
        env["PYTHONPATH"] = str(ROOT)
    command = [python, __file__, "--one", which, "--seconds", str(args.seconds)]
    command += ["--direct"] * args.direct
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="a Python that has PyTorch; without it ours runs alone")
    parser.add_argument("--seconds", type=float, default=0.3, help="for each number")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--direct", action="store_true", help="ours without Winograd")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", choices=("ours", "torch"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.seconds, args.direct)))
        return
    found = in_process(sys.executable, "ours", args)
    other = in_process(args.torch, "torch", args)["rows"] if args.torch else None
    print(f"{args.threads} threads, peak {found['peak']:.0f} GFLOP/s; GFLOP/s (share of peak)")
    print(f"{'N,C,side,K,window,stride,padding':33}" + "".join(
        f"{name:>14}{'torch':>7}" for name in ("forward", "input", "weights")
    ))  # fmt: skip
    for i, shape in enumerate(SHAPES):
        line = f"{','.join(map(str, shape)):33}"
        for d, value in enumerate(found["rows"][i]):
            beside = f"{other[i][d]:7.0f}" if other else f"{'':7}"
            line += f"{value:8.0f} ({value / found['peak']:3.0%}){beside}"
        print(line)
    if args.json:
        args.json.write_text(json.dumps({"shapes": SHAPES, "ours": found, "torch": other}) + "\n")


if __name__ == "__main__":
    main()
