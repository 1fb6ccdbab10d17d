"""Whether networks trained in ``fast`` and in ``high`` precision end equally good.

    python benchmarks/precision.py resnet8 path/to/cifar-10-batches-bin --epochs 6
    python benchmarks/precision.py resnet8 path/to/mnist --epochs 1 --limit 20000

The same network of the zoo is trained from the same seeds in both; the accuracies on what is held
out are printed for each seed, with their means and the seeds' standard deviation: a difference
below that means nothing. Networks without 3x3 and 5x5 windows of 16 channels, such as LeNet-5, are
computed alike in both. Takes minutes to hours, depending on the network.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def train(model: str, data: Any, epochs: int, limit: int, seed: int) -> float:
    """Train with Adam and return the accuracy, in percent."""
    import tensorlite as tl
    from tensorlite import registry

    tl.manual_seed(seed)
    pictures, _ = next(iter(tl.data.DataLoader(data.splits["train"], batch_size=1)))
    channels, *size = pictures.shape[1:]
    network = registry.models.create(
        model, num_classes=len(data.classes), in_channels=channels, image_size=tuple(size)
    )
    optimizer = tl.optim.Adam(network.parameters(), lr=1e-3)
    given = data.splits["train"]
    if limit:
        given = tl.data.Subset(given, range(min(limit, len(given))))
    loader = tl.data.DataLoader(given, batch_size=64, shuffle=True, seed=seed)
    for _ in range(epochs):
        for pictures, labels in loader:
            loss = tl.nn.functional.cross_entropy(network(pictures), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return accuracy(network, data)


def accuracy(network: Any, data: Any) -> float:
    """Percent of the held-out pictures that are recognised."""
    import tensorlite as tl

    network.eval()
    held = next(split for name, split in data.splits.items() if name != "train")
    right = 0
    with tl.no_grad():
        for pictures, labels in tl.data.DataLoader(held, batch_size=256):
            right += int((network(pictures).argmax(1) == labels).sum().item())
    return 100 * right / len(held)


def main() -> None:
    """Train and print."""
    import tensorlite as tl

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a model of the zoo")
    parser.add_argument("data", help="a data set's name, or its path")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=0, help="pictures to train on; 0: all")
    args = parser.parse_args()
    data = tl.data.open_data(args.data)
    tl.set_memory_policy()
    for precision in ("fast", "high"):
        tl.set_precision(precision)
        found = [
            train(args.model, data, args.epochs, args.limit, seed) for seed in range(args.seeds)
        ]
        spread = statistics.stdev(found) if len(found) > 1 else 0.0
        each = " ".join(f"{value:.2f}" for value in found)
        print(f"{precision:5} {each}   mean {statistics.mean(found):.2f} +- {spread:.2f} %")


if __name__ == "__main__":
    main()
