"""Take finished runs over into the zoo: log, weights, and the table of the card.

    python tools/zoo_log.py runs/20261121-* --licence "CC BY-SA 3.0" --weights 8

The runs are of one model and one data set, and differ in the seed. Maintainers run this in the
repository; what it writes is committed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from tensorlite import registry
from tensorlite.training.checkpoint import Snapshot, load_checkpoint, save_checkpoint
from tensorlite.training.logs import claims, table
from tensorlite.training.packing import pack
from tensorlite.training.run import RunDirectory

ZOO = Path(__file__).resolve().parent.parent / "zoo"
KEPT = ("lr", "train_loss")  # of each epoch, beside what was measured on the validation part
OWN = ("model", "data", "seed", "start", "threads")  # said elsewhere, or without effect


def item(runs: list[RunDirectory], args: argparse.Namespace) -> dict[str, Any]:
    """What the log says about runs that differ in the seed only."""
    first, result = runs[0], runs[0].read_json("result.json")
    split = result["judged_by"]
    seconds = args.seconds or sum(r.read_json("result.json")["seconds"] for r in runs) / len(runs)
    return {
        "data": load_checkpoint(first.best).description.data,
        "licence": args.licence,
        "split": split,
        "images": result[split].get("images") or int(np.sum(result[split]["confusion"])),
        "settings": given(first),
        "seconds": round(seconds, 1),
        "timing": args.timing,
        "baseline": {k: v for k, v in result.get("baseline", {}).items() if k in args.figures},
        "start": args.start,
        "runs": [one(run, split, args.figures) for run in runs],
    }


def given(run: RunDirectory) -> dict[str, Any]:
    """The settings that came from a flag, not from the recipe or a default."""
    origins = run.read_json("env.json")["origins"]
    settings = run.settings()
    typed = [key for key, origin in origins.items() if origin.startswith("--") and key not in OWN]
    return {key: getattr(settings, key) for key in typed}


def one(run: RunDirectory, split: str, figures: list[str]) -> dict[str, Any]:
    """What the log says about one run."""
    result = run.read_json("result.json")
    return {
        "seed": run.settings().seed,
        "best_epoch": result["best_epoch"],
        "figures": {name: round(result[split][name], 6) for name in figures},
        "epochs": [
            {k: float(f"{v:.5g}") for k, v in row.items() if k in KEPT or k.startswith("val_")}
            for row in run.metrics()
        ],
    }


def write_log(model: str, new: dict[str, Any]) -> None:
    """Put an item into the log of a model, in the place of the one for the same data."""
    path = ZOO / "logs" / f"{model}.json"
    items = json.loads(path.read_text()) if path.is_file() else []
    items = [old for old in items if old["data"] != new["data"]] + [new]
    lines = json.dumps(items, indent=1, ensure_ascii=False)
    path.parent.mkdir(exist_ok=True)
    path.write_text(lines + "\n")


def write_weights(run: RunDirectory, model: str, bits: int) -> None:
    """Store the best weights in fewer bytes."""
    found = load_checkpoint(run.best)
    (ZOO / "weights").mkdir(exist_ok=True)
    path = ZOO / "weights" / f"{model}.safetensors"
    save_checkpoint(path, Snapshot(found.description, pack(found.arrays, bits)))


def write_card(model: str) -> None:
    """Put the table of the log into the card, below its heading."""
    path = ZOO / f"{model}.md"
    before, heading, after = path.read_text().partition("## Our figures\n\n")
    _, _, rest = after.partition("\n\n")
    path.write_text(f"{before}{heading}{table(claims(registry.models.info(model)))}\n\n{rest}")


def main() -> None:
    """Write all three."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--licence", required=True, help="of the data")
    parser.add_argument("--figures", nargs="+", default=["acc"], help="what the card claims")
    parser.add_argument("--start", default="", help="the model that they were fine-tuned from")
    parser.add_argument("--seconds", type=float, help="of a run on an idle machine")
    parser.add_argument("--timing", default="", help="how these seconds were got")
    parser.add_argument(
        "--weights", type=int, choices=(8, 16), help="ship the first run's, in bits"
    )
    args = parser.parse_args()
    runs = sorted(map(RunDirectory, args.runs), key=lambda run: run.settings().seed)
    model = runs[0].settings().model
    write_log(model, item(runs, args))
    if args.weights:
        write_weights(runs[0], model, args.weights)
    write_card(model)


if __name__ == "__main__":
    main()
