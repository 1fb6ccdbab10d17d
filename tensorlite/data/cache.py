"""Decoded pictures, kept from one training to the next as one array of bytes on the disk.

Decoding and resizing a photograph takes longer than most networks need to learn from it. So it is
done once for each data set, shape and channels, in threads, and the bytes are mapped into memory
from then on. The file's name is a hash of all that the bytes depend on; a file is written under
another name and renamed when it is whole, so a training that is killed, or another one that does
the same at the same time, leaves nothing wrong behind.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.dataset import Batch, Dataset, Subset
from tensorlite.data.prefetch import prefetched

Progress = Callable[[int, int], None]
Bytes = NDArray[np.uint8]

CLASSES = "classification"
LIMIT_GB = 8.0  # of all data sets together, unless TENSORLITE_CACHE_GB says otherwise
SPARE = 1 << 30  # bytes of the disk that are left to others
STALE = 3600  # seconds without a new byte after which an unfinished file was left behind
_used: set[Path] = set()  # by this process, so never removed by it


class CachedPictures(Dataset):
    """A data set whose pictures come from an array of bytes; made by ``cached``.

    Args:
        dataset: Where everything else comes from.
        planes: The pictures, uint8 (N, C, H, W); with masks, these follow as one more channel.
    """

    def __init__(self, dataset: Any, planes: Bytes) -> None:
        self.dataset, self.planes = dataset, planes
        self.image_shape, self.classes = dataset.image_shape, dataset.classes
        for name in Dataset.__annotations__:
            setattr(self, name, getattr(dataset, name))
        self.concurrent = True

    def __getattr__(self, name: str) -> Any:
        if name == "dataset":  # not there yet, while an object is copied
            raise AttributeError(name)
        return getattr(self.dataset, name)

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """The class of every image."""
        found: NDArray[np.int64] = self.dataset.targets
        return found

    @property
    def strata(self) -> NDArray[np.int64]:
        """The group of every image."""
        found: NDArray[np.int64] = self.dataset.strata
        return found

    def counts(self, indices: Any = None) -> dict[str, int]:
        """How many images, boxes or pixels each class has."""
        found: dict[str, int] = self.dataset.counts(indices)
        return found

    def target(self, index: int) -> Any:
        """What belongs to an image."""
        if _has_masks(self.dataset):
            return {"mask": self.planes[index, -1].astype(np.int64)}
        return self.dataset.target(index)

    def frame(self, index: int) -> tuple[int, int]:
        """Height and width of an image before it was brought to the size of all."""
        found: tuple[int, int] = self.dataset.frame(index)
        return found

    def __len__(self) -> int:
        return len(self.planes)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        return self._images(index), self.target(index)

    def batch(self, indices: Sequence[int] | NDArray[np.integer]) -> Batch:
        """Fetch several items at once."""
        chosen = np.asarray(indices, dtype=np.int64)
        if getattr(self, "task", CLASSES) == CLASSES:
            return self._images(chosen), self.targets[chosen]
        return self._images(chosen), [self.target(int(index)) for index in chosen]

    def adapt(self, channels: int, height: int, width: int) -> Dataset:
        """The original data with pictures of another shape."""
        shape = (channels, height, width)
        return self if self.image_shape == shape else self.dataset.adapt(*shape)

    def _images(self, chosen: Any) -> NDArray[np.float32]:
        channels = self.image_shape[0]
        return np.divide(self.planes[chosen][..., :channels, :, :], 255, dtype=np.float32)


def cached(dataset: Dataset, *, build: bool = True, progress: Progress | None = None) -> Dataset:
    """The same data with its pictures decoded once and for all.

    This is for data sets with ``files`` and ``pixels(index)``; others are returned as they are,
    and so is one that does not fit into the cache or whose cache cannot be written, which is said
    on standard error.

    Args:
        dataset: Its pictures are in their final shape, see ``Dataset.adapt``.
        build: Whether to decode the pictures if they are not there.
        progress: Called with the number of pictures done and the number of all.

    Raises:
        DataError: If a picture cannot be decoded.
    """
    if type(dataset) is Subset:
        inner = cached(dataset.dataset, build=build, progress=progress)
        return dataset if inner is dataset.dataset else Subset(inner, dataset.indices)
    if not hasattr(dataset, "pixels") or not getattr(dataset, "files", ()) or not limit():
        return dataset
    try:
        place = _place(dataset)
        channels, *size = dataset.image_shape
        shape = (len(dataset), channels + _has_masks(dataset), *size)
        found = _opened(place, shape)
        if found is None and build and _has_room(place.parent, int(np.prod(shape))):
            _write(place, shape, dataset, progress)
            found = _opened(place, shape)
    except OSError as error:
        _say(f"{error.filename or folder()} cannot be written ({error.strerror})")
        return dataset
    return dataset if found is None else CachedPictures(dataset, found)


@dataclass(frozen=True)
class Usage:
    """What the cache takes up: where it is, how many files and bytes, how many there may be."""

    folder: Path
    files: int
    bytes: int
    limit: int


def usage() -> Usage:
    """What the cache of decoded pictures takes up."""
    sizes = [size for _, size, _ in _entries(folder())]
    return Usage(folder(), len(sizes), sum(sizes), limit())


def folder() -> Path:
    """Where the pictures are: in the user's cache folder, or in ``TENSORLITE_CACHE_DIR``."""
    import platformdirs

    base = os.environ.get("TENSORLITE_CACHE_DIR") or platformdirs.user_cache_dir("tensorlite")
    return Path(base) / "pictures"


def limit() -> int:
    """How many bytes the cache may take up: ``TENSORLITE_CACHE_GB``, 8 by default, 0 for none."""
    try:
        wanted = float(os.environ.get("TENSORLITE_CACHE_GB") or LIMIT_GB)
    except ValueError:
        wanted = LIMIT_GB
    return int(max(wanted, 0) * 1e9) if wanted < 1e9 else sys.maxsize


def _place(dataset: Any) -> Path:
    """The file for these pictures in this shape, as the code that is here now decodes them."""
    from PIL import __version__

    digest = hashlib.sha256(f"{_sources()} {__version__} {type(dataset).__qualname__}".encode())
    digest.update(f"{dataset.image_shape} {dataset.adaptation}\n".encode())
    for file in (*dataset.files, *getattr(dataset, "masks", ())):
        about = os.stat(file)
        line = f"{os.path.abspath(file)}\0{about.st_size}\0{about.st_mtime_ns}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return folder() / f"{digest.hexdigest()[:24]}.npy"


@functools.cache
def _sources() -> str:
    """A digest of the code that reads, decodes and fits pictures."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _opened(place: Path, shape: tuple[int, ...]) -> Bytes | None:
    """The pictures, if they are there and whole; whoever used them last is removed last."""
    try:
        mapped = np.load(place, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError):
        return None
    if mapped.shape != shape or mapped.dtype != np.uint8:
        return None
    with contextlib.suppress(OSError):
        os.utime(place)
    _used.add(place)
    return np.asarray(mapped)  # a view of the same memory without a subclass's detours


def _write(place: Path, shape: tuple[int, ...], dataset: Any, progress: Progress | None) -> None:
    """Decode all pictures in threads and write them one after the other."""
    temporary = place.with_name(f".{place.stem}.{os.getpid()}.{time.monotonic_ns()}.part")
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    try:
        with open(temporary, "xb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for done, picture in enumerate(_decoded(dataset)):
                if progress is not None:
                    progress(done, shape[0])
                file.write(picture.tobytes())
            file.flush()
            os.fsync(file.fileno())
        if progress is not None:
            progress(shape[0], shape[0])
        with contextlib.suppress(PermissionError):  # Windows: another process uses the same file
            os.replace(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)


def _decoded(dataset: Any) -> Iterator[Bytes]:
    from tensorlite.kernels.threads import available_cores

    workers = available_cores()
    return prefetched(iter(range(len(dataset))), 4 * workers, partial(_planes, dataset), workers)


def _planes(dataset: Any, index: int) -> Bytes:
    """A picture, and below it its mask."""
    pixels: Bytes = dataset.pixels(index)
    if not _has_masks(dataset):
        return pixels
    return np.concatenate([pixels, dataset.mask(index, pixels.shape[1:])[None]])


def _has_masks(dataset: Any) -> bool:
    return getattr(dataset, "task", CLASSES) == "masks" and hasattr(dataset, "mask")


def _has_room(place: Path, needed: int) -> bool:
    """Make the folder, and room in it; says so if there is none."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = sorted(_entries(place))
    total = sum(size for _, size, _ in entries) + needed
    for _, size, path in entries:
        if total > limit() >= needed and path not in _used:
            path.unlink(missing_ok=True)
            total -= size
    for part in place.glob(".*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
    if total > limit():
        _say(
            f"{total / 1e9:.1f} GB of pictures are more than the cache may hold "
            f"({limit() / 1e9:.1f} GB, TENSORLITE_CACHE_GB)"
        )
    elif shutil.disk_usage(place).free < needed + SPARE:
        _say(f"{needed / 1e9:.1f} GB of pictures would fill the disk of {place}")
    else:
        return True
    return False


def _entries(place: Path) -> list[tuple[float, int, Path]]:
    """When each file was last used, its size and its name."""
    found = []
    for path in place.glob("*.npy"):
        with contextlib.suppress(OSError):
            about = path.stat()
            found.append((about.st_mtime, about.st_size, path))
    return found


@functools.cache
def _say(reason: str) -> None:
    print(f"tensorlite: pictures are decoded anew in each epoch: {reason}.", file=sys.stderr)
