"""Whole training steps beside PyTorch: forward, loss, backward and update, float32.

    python benchmarks/steps.py --torch /path/to/a/python/that/has/torch

Each library runs in a process of its own, because two OpenMP runtimes in one disturb each other,
and the processes take short turns, half a second each, so that whatever else the machine does meets
all of them alike. The table has the median step, the ratio to the better of PyTorch's two memory
layouts, the memory at the peak, and the first step counted from the start of the process. ``style``
is ``Sequential``, or ``functional``: the layers called one by one, which joins nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.time()
ROOT = Path(__file__).resolve().parent.parent
MODELS = {
    "lenet5-64": 64,
    "lenet5-256": 256,
    "vgg-mini-128": 128,
    "nin-128": 128,
    "alexnet-lite-128": 128,
    "resnet20-128": 128,
    "mlp-64": 64,
}
CONTENDERS = ("tensorlite", "tensorlite-functional", "torch", "torch-channels-last")


def build(nn: Any, model: str) -> tuple[Any, tuple[int, int, int]]:
    """The same network from either library's layers, and the shape of its pictures."""
    if model.startswith("lenet5"):
        layers = [
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
        ]  # fmt: skip
        return nn.Sequential(*layers), (1, 28, 28)
    if model.startswith("mlp"):
        layers = [nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)]
        return nn.Sequential(*layers), (1, 28, 28)
    builders = {"vgg": vgg_mini, "nin": nin, "alexnet": alexnet_lite, "resnet20": resnet20}
    return builders[model.partition("-")[0]](nn), (3, 32, 32)


def vgg_mini(nn: Any) -> Any:
    """Simonyan and Zisserman's kind, three stages, with batch norm."""
    layers, channels = [], 3
    for width in (64, 64, 0, 128, 128, 0, 256, 256, 0):
        if width:
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        else:
            layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(256 * 16, 512), nn.ReLU(), nn.Linear(512, 10)]
    return nn.Sequential(*layers)


def nin(nn: Any) -> Any:
    """Lin, Chen and Yan's for CIFAR, as published."""
    layers = []
    for given, widths, window, pool in (
        (3, (192, 160, 96), 5, nn.MaxPool2d(3, 2, 1)),
        (96, (192, 192, 192), 5, nn.AvgPool2d(3, 2, 1)),
        (192, (192, 192, 10), 3, nn.AvgPool2d(8)),
    ):
        for width in widths:
            layers += [nn.Conv2d(given, width, window, padding=window // 2), nn.ReLU()]
            given, window = width, 1
        layers += [pool, nn.Dropout(0.5)] if width > 10 else [pool, nn.Flatten()]
    return nn.Sequential(*layers)


def alexnet_lite(nn: Any) -> Any:
    """Krizhevsky's five convolutions for small pictures."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(2304, 256), nn.ReLU(), nn.Linear(256, 10),
    )  # fmt: skip


def resnet20(nn: Any) -> Any:
    """He and others' for CIFAR, with projections; ours joins as the zoo does."""
    joins = nn.__name__ == "tensorlite.nn"

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, given: int, width: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(given, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
                nn.Conv2d(width, width, 3, 1, 1, bias=False),
            )  # fmt: skip
            self.norm = nn.BatchNorm2d(width)
            self.shortcut = nn.Sequential()
            if stride > 1:
                project = nn.Conv2d(given, width, 1, stride, bias=False)
                self.shortcut = nn.Sequential(project, nn.BatchNorm2d(width))
            self.relu = nn.ReLU()

        def forward(self, x: Any) -> Any:
            shortcut, x = self.shortcut(x), self.body(x)
            if joins:
                return self.norm(x, relu=True, add=shortcut)
            return self.relu(self.norm(x) + shortcut)

    layers, given = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for width in (16, 32, 64):
        for _ in range(3):
            layers.append(Block(given, width, 2 if given != width else 1))
            given = width
    layers += [nn.AvgPool2d(8), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*layers)


def tensorlite_step(model: str, style: str) -> Any:
    """A function that takes one step."""
    import tensorlite as tl

    tl.kernels.set_memory_policy()
    network, shape = build(tl.nn, model)
    optimizer = tl.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)
    x = tl.randn(MODELS[model], *shape)
    y = tl.tensor([i % 10 for i in range(MODELS[model])])
    layers = list(network) if style == "functional" else [network]

    def step() -> None:
        out = x
        for layer in layers:
            out = layer(out)
        loss = tl.nn.functional.cross_entropy(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def torch_step(model: str, style: str) -> Any:
    """A function that takes one step."""
    import torch

    torch.manual_seed(0)
    network, shape = build(torch.nn, model)
    x = torch.randn(MODELS[model], *shape)
    y = torch.arange(MODELS[model]) % 10
    if style == "channels-last":
        network = network.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)

    def step() -> None:
        loss = torch.nn.functional.cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def serve(model: str, contender: str) -> None:
    """Take turns: steps for as long as a line of the standard input says, and their times."""
    library, _, style = contender.partition("-")
    step = (tensorlite_step if library == "tensorlite" else torch_step)(model, style)
    step()
    print(json.dumps({"first": time.time() - STARTED}), flush=True)
    for line in sys.stdin:
        times, end = [], time.perf_counter() + float(line)
        while time.perf_counter() < end or len(times) < 3:
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"times": times[1:], "mb": peak}), flush=True)  # the first one is cold


class Contender:
    """A process that waits until it is its turn."""

    def __init__(self, python: str, model: str, name: str, threads: str) -> None:
        env = {**os.environ, "TENSORLITE_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        if name.startswith("tensorlite"):
            env["PYTHONPATH"] = str(ROOT)
        self.process = subprocess.Popen(
            [python, __file__, "--one", model, name],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.name, self.times, self.mb = name, [], 0.0
        self.first = float(self._answer()["first"])

    def turn(self, seconds: float) -> None:
        """Let it take steps."""
        assert self.process.stdin is not None
        print(seconds, file=self.process.stdin, flush=True)
        found = self._answer()
        self.times += found["times"]
        self.mb = float(found["mb"])

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended, see above.")
        return dict(json.loads(line))


def compare(model: str, args: argparse.Namespace) -> list[dict[str, Any]]:
    """All contenders on one model, taking turns."""
    names = [c for c in CONTENDERS if args.torch or not c.startswith("torch")]
    pythons = [args.torch if c.startswith("torch") else sys.executable for c in names]
    contenders = [
        Contender(python, model, name, str(args.threads))
        for python, name in zip(pythons, names, strict=True)
    ]
    for turn in range(args.turns + 1):
        for c in contenders:
            c.turn(args.seconds)
            if not turn:  # to get warm
                c.times.clear()
    rows = [
        {"model": model, "contender": c.name, "ms": statistics.median(c.times), "mb": c.mb,
         "first": c.first}
        for c in contenders
    ]  # fmt: skip
    for c in contenders:
        c.process.communicate()
    best = min((r["ms"] for r in rows if r["contender"].startswith("torch")), default=None)
    for row in rows:
        row["ratio"] = None if best is None else row["ms"] / best
    return rows


def main() -> None:
    """Measure, print the table, and write JSON if wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="a Python that has PyTorch; without it ours runs alone")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each turn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    parser.add_argument("--one", nargs=2, metavar=("MODEL", "CONTENDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        serve(*args.one)
        return
    print(f"{platform.machine()}, {args.threads} threads, medians of {args.turns} turns")
    print(
        f"{'model':14} {'contender':22} {'ms/step':>9} {'ratio':>6} {'peak MB':>8} {'first s':>8}"
    )
    found = []
    for model in args.models:
        for row in compare(model, args):
            found.append(row)
            ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
            print(
                f"{row['model']:14} {row['contender']:22} {row['ms']:9.2f} {ratio:>6} "
                f"{row['mb']:8.0f} {row['first']:8.2f}",
                flush=True,
            )
    if args.json:
        args.json.write_text(json.dumps({"threads": args.threads, "rows": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
