"""``tensorlite bench``: how fast this machine is, and why the engine does what it does."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from tensorlite.cli.output import note, print_json, table

LETTERS = ("N", "C", "H", "W", "K", "R", "stride", "pad", "groups")
FORM = "N,C,H,W,K,R[,stride,pad,groups]"
DEFAULTS = (1, 0, 1)  # of the last three
MOST = 1 << 28  # numbers in an array


@click.group()
def bench() -> None:
    """Measure this machine.

    \b
    Examples:
      tensorlite bench conv --shape 32,64,32,32,64,3,1,1
    """


def _shape(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    """Nine whole numbers that make a convolution."""
    words = value.split(",")
    if not 6 <= len(words) <= 9 or not all(word.strip().isdecimal() for word in words):
        raise click.BadParameter(f"expected 6 to 9 whole numbers {FORM}, got {value!r}.")
    numbers = tuple(int(word) for word in words)
    numbers += DEFAULTS[len(numbers) - 6 :]
    if reason := _misfit(*numbers):
        raise click.BadParameter(f"expected {reason}, got {value!r}.")
    return numbers


def _misfit(
    n: int, c: int, h: int, w: int, k: int, r: int, stride: int, pad: int, groups: int
) -> str | None:
    """What would have to be so for these numbers to make a convolution."""
    if min(n, c, h, w, k, r, stride, groups) < 1:
        return "1 or more for all but the padding"
    if c % groups or k % groups:
        return f"channels and filters that divide into {groups} groups"
    if r > min(h, w) + 2 * pad:
        return f"a window of {min(h, w) + 2 * pad} at most, the picture with its padding"
    if max(n * c * h * w, n * k * (h + 2 * pad) * (w + 2 * pad), k * c * r * r) > MOST:
        return f"pictures and results of {MOST:,} numbers at most"
    return None


@bench.command()
@click.option("--shape", callback=_shape, required=True, metavar=FORM, help="The sizes; see above.")
@click.option("--seconds", type=click.FloatRange(0.001, 60), default=0.2, help="For each number.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def conv(shape: tuple[int, ...], seconds: float, as_json: bool) -> None:
    """Time each way to compute a convolution, and say which one the engine takes and why.

    The shape is images, channels, height, width, filters and side of the window; then, if wanted,
    the stride [1], the padding [0] and the groups [1]. Each way is measured forward and for both
    gradients: its time, its speed, the share of what this machine can multiply at most, and the
    error against float64. PyTorch stands beside it if it is installed.

    \b
    Examples:
      tensorlite bench conv --shape 32,64,32,32,64,3,1,1
      tensorlite bench conv --shape 128,1,28,28,6,5,1,2
      tensorlite bench conv --shape 32,64,32,32,64,3,1,1,64 --json
    """
    found = measure(shape, seconds)
    if as_json:
        print_json(found)
    else:
        _print(found)


def measure(shape: tuple[int, ...], seconds: float) -> dict[str, Any]:
    """Everything that the command prints, as plain values."""
    import numpy as np

    from tensorlite import kernels
    from tensorlite.kernels.choice import Problem
    from tensorlite.kernels.measure import compare, peak

    n, c, h, w, k, r, stride, pad, groups = shape
    kernels.set_memory_policy()
    steps = (stride, stride), (pad, pad), (1, 1)
    out = kernels.conv_size(h, r, stride, pad, 1), kernels.conv_size(w, r, stride, pad, 1)
    problem = Problem(
        "forward", n, c, k, groups, (h, w), (r, r), out, *steps, np.dtype(np.float32)
    )  # fmt: skip
    most, work = peak(seconds), 2 * problem.multiplications / 1e9
    rows = []
    for row in compare(problem, seconds):
        speed = row.seconds and work / row.seconds
        rows.append(
            {
                "direction": row.direction, "way": row.way.name, "chosen": row.chosen,
                "ms": row.seconds and row.seconds * 1e3, "gflops": speed,
                "share_of_peak": speed and speed / most, "error": row.error, "why": row.way.why,
            }
        )  # fmt: skip
    return {
        "shape": dict(zip(LETTERS, shape, strict=True)),
        "threads": kernels.get_num_threads(),
        "precision": kernels.get_precision(),
        "peak_gflops": most,
        "rows": rows,
        "torch_ms": _torch(shape, seconds),
    }


def _torch(shape: tuple[int, ...], seconds: float) -> dict[str, float] | None:
    """PyTorch's milliseconds in each direction, if it is installed."""
    from tensorlite import kernels
    from tensorlite.kernels.measure import DIRECTIONS

    if importlib.util.find_spec("torch") is None:
        return None
    script = str(Path(__file__).with_name("bench_torch.py"))
    command = [sys.executable, script, str(seconds), *map(str, shape)]
    env = {**os.environ, "OMP_NUM_THREADS": str(kernels.get_num_threads())}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        note(f"PyTorch is left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    (found,) = json.loads(done.stdout)
    return {name: value * 1e3 for name, value in zip(DIRECTIONS, found, strict=True)}


def _print(found: dict[str, Any]) -> None:
    note(
        f"{found['threads']} threads, float32, precision {found['precision']}; at most "
        f"{found['peak_gflops']:.0f} GFLOP/s. * is what the engine takes."
    )
    rows = []
    for row in found["rows"]:
        name, direction = ("* " if row["chosen"] else "  ") + row["way"], row["direction"]
        numbers = ["-"] * 4
        if row["ms"] is not None:
            numbers = [f"{row['ms']:.3f}", f"{row['gflops']:.0f}", f"{row['share_of_peak']:.0%}",
                       f"{row['error']:.0e}"]  # fmt: skip
        rows.append((direction, name, *numbers, row["why"]))
        if row["way"] == "direct" and found["torch_ms"]:
            taken = found["torch_ms"][direction]
            rows.append((direction, "  PyTorch", f"{taken:.3f}", "", "", "", "the better layout"))
    table(rows, ("direction", "way", "ms", "GFLOP/s", "peak", "error", "why"))
