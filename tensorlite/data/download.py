"""Well-known data sets from the network into the cache folder: only here, and only when asked for.

The library pooch compares the SHA-256 and puts the file in its place when it is whole; mirrors and
going on after an interruption are ours. It comes with ``pip install 'tensorlite[download]'``.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tensorlite.errors import ConfigError, DataError, UnknownNameError, close_names

Progress = Callable[[str, int, int], None]
BLOCK = 1 << 16
TIMEOUT = 30  # seconds without a byte


@dataclass(frozen=True)
class Remote:
    """A data set on the network.

    Args:
        summary: What it is.
        files: The SHA-256 of each file.
        mirrors: The folders on the network that hold the files, tried in this order.
        unpacked: The folder that an archive makes.
        licence: Under what terms it is given.
    """

    summary: str
    files: dict[str, str]
    mirrors: tuple[str, ...]
    licence: str
    unpacked: str = ""


_IDX = [f"{part}-idx{n}-ubyte.gz" for part, n in (("train-images", 3), ("train-labels", 1))]
_IDX += [f"{part}-idx{n}-ubyte.gz" for part, n in (("t10k-images", 3), ("t10k-labels", 1))]
_TORONTO = ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/")
CATALOG = {
    "mnist": Remote(
        "70,000 handwritten digits, grey, 28x28",
        dict(
            zip(
                _IDX,
                (
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
                strict=True,
            )
        ),
        (
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        "CC BY-SA 3.0",
    ),
    "fashion-mnist": Remote(
        "70,000 pictures of clothes, grey, 28x28",
        dict(
            zip(
                _IDX,
                (
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
                strict=True,
            )
        ),
        (
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        "MIT",
    ),
    "cifar10": Remote(
        "60,000 pictures of 10 classes, colour, 32x32",
        {
            "cifar-10-binary.tar.gz": (
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
            )
        },
        _TORONTO,
        "none stated, made available for research",
        "cifar-10-batches-bin",
    ),
    "cifar100": Remote(
        "60,000 pictures of 100 classes, colour, 32x32",
        {
            "cifar-100-binary.tar.gz": (
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"
            )
        },
        _TORONTO,
        "none stated, made available for research",
        "cifar-100-binary",
    ),
}


def data_folder() -> Path:
    """The folder of downloaded data sets, in the user's cache folder.

    The environment variable ``TENSORLITE_CACHE_DIR`` names another place.
    """
    import platformdirs

    base = os.environ.get("TENSORLITE_CACHE_DIR") or platformdirs.user_cache_dir("tensorlite")
    return Path(base) / "data"


def downloaded(name: str, folder: Path | None = None) -> Path | None:
    """Where a data set lies that was downloaded; None if it was not, or not to its end."""
    remote = CATALOG.get(name)
    if remote is None:
        return None
    own = (folder or data_folder()) / name
    whole = own / remote.unpacked if remote.unpacked else own
    wanted = [whole] if remote.unpacked else [own / file for file in remote.files]
    return whole if all(path.exists() for path in wanted) else None


def known_name(name: str) -> Path | None:
    """Where the data set of a name lies; None if the name is not one that can be got.

    Raises:
        DataError: If it was not downloaded.
    """
    if name not in CATALOG or Path(name).exists():
        return None
    path = downloaded(name)
    if path is None:
        message = f"{name} is not on this machine; it is {CATALOG[name].summary}."
        raise DataError(message, hint=f"tensorlite data get {name}")
    return path


def get_data(
    name: str,
    folder: Path | None = None,
    mirrors: Sequence[str] = (),
    progress: Progress = lambda file, done, total: None,
) -> Path:
    """Download a data set, unless it is there, and return the folder that ``open_data`` reads.

    What arrived before an interruption is kept and gone on with. A file is only put in its place
    when its SHA-256 is right; otherwise the next mirror is asked.

    Args:
        name: One of ``CATALOG``.
        folder: Where to keep data sets; the cache folder if not given.
        mirrors: Folders on the network to ask first.
        progress: Called with a file, the bytes that are there, and all of its bytes.

    Raises:
        UnknownNameError: If there is no data set of this name.
        ConfigError: If pooch is not installed.
        DataError: If no mirror has the right file.
    """
    if name not in CATALOG:
        close = close_names(name, CATALOG) or f"There are: {', '.join(CATALOG)}."
        raise UnknownNameError(f"there is no data set {name!r} to get. {close}")
    return fetch(name, CATALOG[name], folder or data_folder(), mirrors, progress)


def fetch(
    name: str,
    remote: Remote,
    folder: Path,
    mirrors: Sequence[str] = (),
    progress: Progress = lambda file, done, total: None,
) -> Path:
    """Download the files of one data set into a folder of its name; see ``get_data``."""
    own = folder / name
    if remote.unpacked and (own / remote.unpacked).is_dir():
        return own / remote.unpacked
    pooch = _pooch()
    own.mkdir(parents=True, exist_ok=True)
    for file, digest in remote.files.items():
        urls = [mirror.rstrip("/") + "/" + file for mirror in (*mirrors, *remote.mirrors)]
        _retrieve(pooch, own, file, digest, urls, progress)
    if not remote.unpacked:
        return own
    for file in remote.files:
        _unpack(own / file, remote.unpacked)
    return own / remote.unpacked


def _retrieve(
    pooch: Any, own: Path, file: str, digest: str, urls: Sequence[str], progress: Progress
) -> None:
    """Ask one mirror after the other for a file."""
    failures = []
    for url in urls:
        part = own / f"{file}.part"
        try:
            pooch.retrieve(
                url=url,
                known_hash=f"sha256:{digest}",
                fname=file,
                path=own,
                downloader=_Resuming(part, file, progress),
            )
        except ValueError as error:  # the SHA-256 is another one
            part.unlink(missing_ok=True)
            failures.append(f"{url}: {_first_line(error)}")
        except OSError as error:  # whatever requests raises is one
            failures.append(f"{url}: {_first_line(error)}")
        else:
            part.unlink(missing_ok=True)
            return
    message = f"{file} cannot be downloaded. {' · '.join(failures)}"
    raise DataError(message, hint="Run it again: what arrived is kept. Or name a --mirror.")


class _Resuming:
    """What pooch calls for a download: goes on where the last one stopped.

    Args:
        part: The file in which bytes are kept until all are there.
        name: What it is called in the progress.
        progress: Called with name, bytes that are there and all bytes.
    """

    def __init__(self, part: Path, name: str, progress: Progress) -> None:
        self.part, self.name, self.progress = part, name, progress

    def __call__(self, url: str, output_file: str | IO[bytes], pooch: Any) -> None:
        """Download an address into a file."""
        import shutil

        self._arrive(url)
        with self.part.open("rb") as source, _writable(output_file) as goal:
            shutil.copyfileobj(source, goal)

    def _arrive(self, url: str) -> None:
        import requests

        have = self.part.stat().st_size if self.part.exists() else 0
        # Compressed on the way, bytes could not be counted.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code == 416:  # there is nothing behind what is there
                return
            answer.raise_for_status()
            if answer.status_code != 206:
                have = 0  # the server sends all of it
            total = have + int(answer.headers.get("Content-Length", 0))
            with self.part.open("ab" if have else "wb") as goal:
                for block in answer.iter_content(BLOCK):
                    goal.write(block)
                    have += len(block)
                    self.progress(self.name, have, total)
        if have < total:
            raise OSError(f"the connection ended after {have:,} of {total:,} bytes")


@contextlib.contextmanager
def _writable(file: str | IO[bytes]) -> Iterator[IO[bytes]]:
    if isinstance(file, str | Path):
        with open(file, "wb") as goal:
            yield goal
    else:
        yield file


def _unpack(archive: Path, folder: str) -> None:
    """Copy the data out of an archive into files that we name; the folder appears when all are.

    Nothing is extracted: names, links, owners and permissions in the archive have no effect.
    """
    import shutil
    import tarfile

    scratch = archive.with_name(f"{folder}.unpacking")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        with tarfile.open(archive) as content:
            for member in content:
                name = _plain_name(member.name, folder)
                if name and member.isreg() and (source := content.extractfile(member)):
                    with source, (scratch / name).open("xb") as goal:
                        shutil.copyfileobj(source, goal)
        if not any(scratch.iterdir()):
            raise OSError(f"it holds no {folder}/")
        os.replace(scratch, archive.parent / folder)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DataError(f"{archive} cannot be unpacked ({_first_line(error)}).") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    archive.unlink()  # its files are there, and it would take as much room again


def _plain_name(name: str, folder: str) -> str:
    """The name of a file that lies directly in the folder, else nothing."""
    match = re.fullmatch(rf"(?:\./)?{re.escape(folder)}/(\w[\w.-]*)", name, re.ASCII)
    return match[1] if match else ""


def _pooch() -> Any:
    try:
        import pooch
    except ImportError as error:
        message = "downloading needs the library pooch, which is not installed."
        raise ConfigError(message, hint="pip install 'tensorlite[download]'") from error
    pooch.get_logger().setLevel("ERROR")
    return pooch


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
