"""Answers without gradients beside PyTorch's: evaluation mode, float32, batches of 1 and of 128.

    python benchmarks/inference.py --torch /path/to/a/python/that/has/torch

The networks are those of ``steps.py``, and as there each library runs in processes of its own that
take turns; the ratio is to the better of PyTorch's two memory layouts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

MODELS = ("lenet5", "vgg-mini", "nin", "alexnet-lite", "resnet20")
CONTENDERS = ("tensorlite", "torch", "torch-channels-last")


def tensorlite_answer(model: str, batch: int) -> Any:
    """A function that computes the answer for a batch."""
    from steps import build

    import tensorlite as tl

    tl.set_memory_policy()
    network, shape = build(tl.nn, model)
    network.eval()
    x = tl.randn(batch, *shape)

    def answer() -> Any:
        with tl.no_grad():
            return network(x)

    return answer


def torch_answer(model: str, batch: int, layout: str) -> Any:
    """A function that computes the answer for a batch."""
    import torch
    from steps import build

    network, shape = build(torch.nn, model)
    network.eval()
    x = torch.randn(batch, *shape)
    if layout == "channels-last":
        network = network.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)

    def answer() -> Any:
        with torch.no_grad():
            return network(x)

    return answer


def measure(model: str, batch: int, contender: str, seconds: float) -> float:
    """Milliseconds of the median answer, in this process."""
    library, _, layout = contender.partition("-")
    if library == "tensorlite":
        answer = tensorlite_answer(model, batch)
    else:
        answer = torch_answer(model, batch, layout)
    for _ in range(3):
        answer()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        answer()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def in_process(model: str, batch: int, contender: str, args: argparse.Namespace) -> float:
    """One round, in a fresh process."""
    threads = str(args.threads)
    env = {**os.environ, "TENSORLITE_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    if contender == "tensorlite":
        env["PYTHONPATH"] = str(ROOT)
    python = sys.executable if contender == "tensorlite" else args.torch
    one = [python, __file__, "--one", model, str(batch), contender, "--seconds", str(args.seconds)]
    return float(subprocess.run(one, env=env, stdout=subprocess.PIPE, check=True).stdout)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="a Python that has PyTorch; without it ours runs alone")
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 128])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(measure(args.one[0], int(args.one[1]), args.one[2], args.seconds))
        return
    contenders = CONTENDERS if args.torch else CONTENDERS[:1]
    print(f"{'model':14}{'batch':>6}{'tensorlite':>12}{'torch':>9}{'last':>9}{'ratio':>7}   (ms)")
    rows = []
    for model in args.models:
        for batch in args.batches:
            rounds = [
                [in_process(model, batch, c, args) for c in contenders] for _ in range(args.rounds)
            ]
            ms = [statistics.median(column) for column in zip(*rounds, strict=True)]
            rows.append({"model": model, "batch": batch, **dict(zip(contenders, ms, strict=True))})
            others = "".join(f"{value:9.2f}" for value in ms[1:])
            ratio = f"{ms[0] / min(ms[1:]):7.2f}" if ms[1:] else ""
            print(f"{model:14}{batch:6}{ms[0]:12.2f}{others}{ratio}", flush=True)
    if args.json:
        args.json.write_text(json.dumps({"threads": args.threads, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
