"""Loading beside PyTorch's DataLoader, and the share of a training step that waits for data.

    python benchmarks/loading.py --torch /path/to/a/python/that/has/torch

The first table has images per second from the data to normalised batches of 64, in a new random
order, over whole epochs; nobody trains meanwhile. ``digits`` are 28x28 bytes in memory, shifted by
up to 2 pixels; ``tiny`` are 32x32 in colour in memory, flipped and cropped with a frame of 4;
``photos`` are JPEG files of 160x120, resized to 96x96 by the short side and flipped. PyTorch's
data sets are written as its users write them: one item at a time with Pillow, NumPy and torch. Of
``photos``, ours has the later epochs, which read decoded bytes, and the first, which decodes.

The second table trains each model of the zoo as its recipe says and adds up the time in which the
training had no batch to work on. Each measurement has a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
BATCH = 64
KINDS = ("digits", "tiny", "photos")
SIDE = 96
COUNTS = {"digits": 20_000, "tiny": 10_000, "photos": 1_000}
SHAPES = {"digits": (1, 28, 28), "tiny": (3, 32, 32), "photos": (3, SIDE, SIDE)}


def arrays(kind: str) -> tuple[Any, Any]:
    """Bytes and classes, the same for both libraries."""
    random = np.random.default_rng(0)
    count = COUNTS[kind]
    images = random.integers(0, 256, (count, *SHAPES[kind]), dtype=np.uint8)
    return images, np.arange(count) % 10


def write_photos(folder: Path) -> None:
    """Smooth pictures, which compress as photographs do, in two class folders."""
    from PIL import Image

    random = np.random.default_rng(0)
    for number in range(COUNTS["photos"]):
        place = folder / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        rough = Image.fromarray(random.integers(0, 256, (15, 20, 3), dtype=np.uint8))
        rough.resize((160, 120), Image.Resampling.BICUBIC).save(place / f"{number}.jpg", quality=90)


def our_batches(kind: str, folder: str, workers: int) -> Any:
    """A function that goes through one epoch and returns the number of images."""
    from tensorlite import augment
    from tensorlite.data import ArrayDataset, DataLoader, cache, open_data
    from tensorlite.training import Inputs
    from tensorlite.training.environment import use_threads

    use_threads()
    if kind == "photos":
        data = cache.cached(open_data(folder).splits["train"].adapt(*SHAPES[kind]))
        change: Any = augment.HorizontalFlip()
    else:
        data = ArrayDataset(*arrays(kind))
        tiny = [augment.HorizontalFlip(), augment.RandomCrop(padding=4)]
        change = augment.Compose(tiny) if kind == "tiny" else augment.RandomCrop(padding=2)
    inputs = Inputs(data.image_shape, (0.5,) * data.image_shape[0], (0.25,) * data.image_shape[0])
    loader: Any = DataLoader(
        data, BATCH, True, seed=0, augment=change, num_workers=workers, prefetch=2 * workers
    )
    return lambda: sum(len(images) for images, _ in inputs.normalised(loader))


def torch_batches(kind: str, folder: str, workers: int) -> Any:
    """A function that goes through one epoch and returns the number of images."""
    import torch
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    def shifted(image: Any, frame: int) -> Any:
        height, width = image.shape[1:]
        image = torch.nn.functional.pad(image, (frame,) * 4)
        top, left = torch.randint(0, 2 * frame + 1, (2,)).tolist()
        return image[:, top : top + height, left : left + width]

    class Pictures(Dataset):  # type: ignore[type-arg,misc]
        def __init__(self) -> None:
            if kind == "photos":
                self.files = sorted(Path(folder).rglob("*.jpg"))
            else:
                self.images, self.targets = map(torch.from_numpy, arrays(kind))
            self.mean = torch.full((SHAPES[kind][0], 1, 1), 0.5)
            self.std = torch.full((SHAPES[kind][0], 1, 1), 0.25)

        def __len__(self) -> int:
            return COUNTS[kind]

        def __getitem__(self, index: int) -> Any:
            if kind == "photos":
                image, target = self.photo(self.files[index]), index % 2
            else:
                image, target = self.images[index].float().div_(255), int(self.targets[index])
            if kind != "digits" and torch.rand(()) < 0.5:
                image = image.flip(2)
            if kind != "photos":
                image = shifted(image, 4 if kind == "tiny" else 2)
            return (image - self.mean) / self.std, target

        def photo(self, file: Path) -> Any:
            with Image.open(file) as opened:
                picture = opened.convert("RGB")
            side = min(picture.size)
            left, top = (picture.width - side) // 2, (picture.height - side) // 2
            box = (left, top, left + side, top + side)
            small = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)
            return torch.from_numpy(np.array(small)).permute(2, 0, 1).float().div_(255)

    torch.manual_seed(0)
    loader = DataLoader(
        Pictures(), BATCH, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    return lambda: sum(len(images) for images, _ in loader)


def measure(library: str, kind: str, folder: str, workers: int, seconds: float) -> dict[str, float]:
    """Images per second of the best epoch; of the first one too, from the files to batches."""
    start = time.perf_counter()
    epoch = (our_batches if library == "tensorlite" else torch_batches)(kind, folder, workers)
    prepared = time.perf_counter() - start
    start = time.perf_counter()
    first = epoch() / (time.perf_counter() - start + (prepared if kind == "photos" else 0))
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        best = max(best, epoch() / (time.perf_counter() - start))
    return {"best": max(best, first), "first": first}


def waiting(model: str, data: str, workers: int, seconds: float) -> dict[str, float]:
    """Train for some seconds, and add up the time without a batch."""
    from tensorlite import kernels
    from tensorlite.training import Layer, RunDirectory, prepare

    class Enough(Exception):
        """The time is over."""

    class Watch:
        """Leaves the first epoch out if there are more: caches warm up in it."""

        def __init__(self) -> None:
            self.steps, self.trained, self.waited = 0, 0.0, 0.0

        def on_epoch_start(self, trainer: Any) -> None:
            self.began = time.perf_counter()

        def on_batch_end(self, trainer: Any) -> None:
            if trainer.epoch > 1 and trainer.batch == len(trainer.train):
                self.add(trainer)
            elif trainer.epoch == 1 and time.perf_counter() - self.began > seconds:
                self.add(trainer)
                raise Enough
            if self.trained > seconds:
                raise Enough

        def add(self, trainer: Any) -> None:
            self.steps += trainer.batch
            self.trained += time.perf_counter() - self.began
            self.waited += trainer.waited

    kernels.set_memory_policy()
    settings = {"model": model, "data": data, "epochs": 10_000, "workers": workers}
    session, watch = prepare(Layer("benchmark", settings)), Watch()
    with tempfile.TemporaryDirectory() as folder:
        try:
            session.fit(RunDirectory.create(Path(folder), "run"), [watch])
        except Enough:
            pass
    step = watch.trained / watch.steps
    return {"ms": step * 1e3, "share": watch.waited / watch.trained, "steps": watch.steps}


def in_process(python: str, command: list[Any], cache: str) -> dict[str, Any]:
    """Run one measurement in a fresh process."""
    env = {**os.environ, "TENSORLITE_CACHE_GB": "1", "PYTHONPATH": str(ROOT)}
    if cache:
        env["TENSORLITE_CACHE_DIR"] = cache
    words = [python, __file__, "--one", *map(str, command)]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Print the first table."""
    rows = []
    print(f"{'pictures':10} {'library':12} {'workers':>7} {'img/s':>10} {'first epoch':>12}")
    with tempfile.TemporaryDirectory() as place:
        write_photos(Path(place) / "photos")
        for kind in args.kinds:
            for library in ("tensorlite", "torch") if args.torch else ("tensorlite",):
                for workers in args.workers:
                    python = args.torch if library == "torch" else sys.executable
                    command = [library, kind, f"{place}/photos", workers, args.seconds]
                    # Compiled kernels stay where they are; decoded pictures go with the folder.
                    cache = tempfile.mkdtemp(dir=place) if kind == "photos" else ""
                    found = in_process(python, command, cache)
                    rows.append({"kind": kind, "library": library, "workers": workers, **found})
                    print(
                        f"{kind:10} {library:12} {workers:7} {found['best']:10,.0f} "
                        f"{found['first']:12,.0f}",
                        flush=True,
                    )
    return rows


def shares(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Print the second table."""
    from tensorlite import registry

    rows = []
    print(f"\n{'model':20} {'workers':>7} {'ms/step':>9} {'waits':>7} {'steps':>6}")
    for model in args.models or registry.models.names():
        for workers in args.workers:
            command = ["waiting", model, args.data, workers, args.seconds]
            found = in_process(sys.executable, command, "")
            rows.append({"model": model, "workers": workers, **found})
            print(
                f"{model:20} {workers:7} {found['ms']:9.2f} {found['share']:7.2%} "
                f"{found['steps']:6.0f}",
                flush=True,
            )
    return rows


def main() -> None:
    """Measure, print the tables, and write JSON if wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="a Python that has PyTorch; without it ours runs alone")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--models", nargs="*", help="of the zoo; all if not given")
    parser.add_argument("--data", default="digits", help="what the models are trained on")
    parser.add_argument("--workers", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        what, kind, place, workers, seconds = args.one
        if what == "waiting":
            print(json.dumps(waiting(kind, place, int(workers), float(seconds))))
        else:
            print(json.dumps(measure(what, kind, place, int(workers), float(seconds))))
        return
    found = {"loading": compare(args), "waiting": shares(args)}
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
