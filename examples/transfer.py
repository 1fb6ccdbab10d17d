"""Does fine-tuning pay? The same network from scratch, on frozen features, and trained on.

    python examples/transfer.py SOURCE --data PATH --each 60

SOURCE is what ``tensorlite fine-tune`` takes. The three trainings differ in nothing but the weights
that they begin with and what of them is kept; each sees so many pictures of every class and is
judged by the test part, or the part for validation where there is none.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tensorlite.data import Data, open_data
from tensorlite.training import Layer, RunDirectory, prepare
from tensorlite.training.finetuning import fine_tuning

WAYS: dict[str, dict[str, Any]] = {
    "scratch": {"start": ""},
    "frozen": {"freeze": "features"},
    "unfrozen": {},
}


def main() -> None:
    """Train in the three ways with each seed, and print a line for each."""
    options = _arguments()
    root, data = Path(options.out), open_data(options.data)
    beneath = fine_tuning(options.source, data, root)
    common = {"data": options.data, "epochs": options.epochs, **_size(options.image_size)}
    common |= {"limit_train": options.each * len(data.classes)}
    for way, own in WAYS.items():
        found = [
            _train(Layer("transfer", {**common, **own, "seed": seed}), beneath, root, data, way)
            for seed in range(options.seeds)
        ]
        mean, shown = sum(found) / len(found), " ".join(f"{100 * share:.1f}" for share in found)
        print(f"{data.name:<14} {way:<9} {100 * mean:.1f} %   ({shown})", flush=True)


def _train(layer: Layer, beneath: Layer, root: Path, data: Data, way: str) -> float:
    """Train once and return the accuracy."""
    session = prepare(layer, beneath)
    result = session.fit(RunDirectory.create(root, f"transfer-{data.name}-{way}"))
    return float(result.scores.accuracy)


def _size(side: int) -> dict[str, int]:
    return {"image_size": side} if side else {}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="a run, a model with weights, or a .safetensors file")
    parser.add_argument("--data", required=True, help="the pictures to learn")
    parser.add_argument("--each", type=int, default=60, help="pictures of each class [60]")
    parser.add_argument("--epochs", type=int, default=30, help="epochs of each training [30]")
    parser.add_argument("--image-size", type=int, default=0, help="side of the pictures")
    parser.add_argument("--seeds", type=int, default=1, help="trainings in each way [1]")
    parser.add_argument("--out", default="runs", help="folder of all runs [runs]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
