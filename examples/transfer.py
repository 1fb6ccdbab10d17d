"""Does fine-tuning pay? The same network from scratch, on frozen features, and trained on.

    python examples/transfer.py SOURCE --data PATH --each 60 --seeds 3

SOURCE is what ``tensorlite fine-tune`` takes. The three trainings differ in nothing but the weights
that they begin with and what of them is kept: each sees so many pictures of every class, for as
many epochs, and takes of the same learning rates the one that does best on the part for validation.
The test part, where there is one, is used afterwards. ``--log FILE`` adds what came out to a list.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean
from typing import Any

from tensorlite.data import Data, open_data
from tensorlite.training import Layer, Result, RunDirectory, prepare
from tensorlite.training.finetuning import fine_tuning

WAYS: dict[str, dict[str, Any]] = {
    "scratch": {"start": ""},
    "frozen": {"freeze": "features"},
    "unfrozen": {},
}
Tried = tuple[float, list[Result]]


def main() -> None:
    """Train in the three ways, with each rate and seed, and print a line for each way."""
    options = _arguments()
    root, data = Path(options.out), open_data(options.data)
    beneath = fine_tuning(options.source, data, root)
    found = {}
    for way, own in WAYS.items():
        tried = [_train(own, rate, beneath, root, data, options) for rate in options.rates]
        rate, results = max(tried, key=_on_validation)
        shares = [round(float(result.scores.accuracy), 4) for result in results]
        found[way] = {"rate": rate, "judged_by": results[0].judged_by, "accuracy": shares}
        print(_line(data.name, way, rate, shares), flush=True)
    if options.log:
        _keep(options.log, {**_what(options, data), "ways": found})


def _train(
    own: dict[str, Any], rate: float, beneath: Layer, root: Path, data: Data, options: Any
) -> Tried:
    """Train with each seed."""
    values = {**own, "lr": rate, "data": options.data, "epochs": options.epochs}
    values |= {"limit_train": options.each * len(data.classes), "image_size": options.image_size}
    results = []
    for seed in range(options.seeds):
        session = prepare(Layer("transfer", {**values, "seed": seed}), beneath)
        results.append(session.fit(RunDirectory.create(root, f"transfer-{data.name}")))
    return rate, results


def _on_validation(tried: Tried) -> float:
    return mean(result.best["val_acc"] for result in tried[1])


def row(item: dict[str, Any]) -> str:
    """A line of the log as a row of the table in ``docs/fine-tuning.md``."""
    shares = [mean(way["accuracy"]) for way in item["ways"].values()]
    low, *rest = (100 * share for share in shares)
    cells = [f"{low:.1f} %", *(f"{high:.1f} % ({high - low:+.1f})" for high in rest)]
    first = next(iter(item["ways"].values()))
    what = [item["source"], item["data"], str(item["epochs"]), str(len(first["accuracy"]))]
    return f"| {' | '.join([*what, *cells])} |"


def _line(data: str, way: str, rate: float, shares: list[float]) -> str:
    each = " ".join(f"{100 * share:.1f}" for share in shares)
    return f"{data:<14} {way:<9} {100 * mean(shares):.1f} %   ({each})   rate {rate:g}"


def _what(options: Any, data: Data) -> dict[str, Any]:
    """What the three ways have in common."""
    kept = {key: getattr(options, key) for key in ("each", "epochs", "image_size", "rates")}
    return {"source": options.source, "data": data.name, **kept}


def _keep(path: Path, new: dict[str, Any]) -> None:
    """Put an item into a log, in the place of the one that was made in the same way."""
    items = json.loads(path.read_text()) if path.is_file() else []
    same = [key for key in new if key not in ("ways", "rates")]
    items = [old for old in items if any(old[key] != new[key] for key in same)] + [new]
    path.write_text(json.dumps(items, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="a run, a model with weights, or a .safetensors file")
    parser.add_argument("--data", required=True, help="the pictures to learn")
    parser.add_argument("--each", type=int, default=60, help="pictures of each class [60]")
    parser.add_argument("--epochs", type=int, default=30, help="epochs of each training [30]")
    parser.add_argument("--rates", type=float, nargs="+", default=[0.002], help="rates to try")
    parser.add_argument("--image-size", type=int, default=0, help="side of the pictures")
    parser.add_argument("--seeds", type=int, default=1, help="trainings in each way [1]")
    parser.add_argument("--out", default="runs", help="folder of all runs [runs]")
    parser.add_argument("--log", type=Path, help="JSON file that the figures are added to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
