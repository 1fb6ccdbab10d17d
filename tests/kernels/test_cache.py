"""The folder of compiled kernels: found again, rebuilt when damaged, bypassed when not writable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tensorlite
from tensorlite.kernels.cache import jit_enabled

needs_jit = pytest.mark.skipif(not jit_enabled(), reason="nothing is compiled or cached")

POOL = """
import numpy as np
from tensorlite import kernels
x = np.arange(16.0).reshape(1, 1, 4, 4)
y, _ = kernels.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)
print(y.ravel().tolist(), kernels.cache_folder())
from tensorlite.kernels.compiled import pool
print("hit" if pool.max_pool.cache_hits else "miss")
"""
VALUES = "[5.0, 7.0, 13.0, 15.0]"


def run(code: str, cache: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    root = path or Path(tensorlite.__file__).parents[1]
    env = {**os.environ, "TENSORLITE_CACHE_DIR": str(cache), "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=cache.parent,  # the folder that is searched before PYTHONPATH
        capture_output=True,
        text=True,
        check=True,
    )


@needs_jit
def test_a_second_process_finds_what_the_first_compiled(tmp_path: Path) -> None:
    assert run(POOL, tmp_path).stdout.split()[-1] == "miss"
    assert run(POOL, tmp_path).stdout.split()[-1] == "hit"


@needs_jit
@pytest.mark.parametrize("damage", [b"", b"garbage" * 20])
def test_a_damaged_cache_is_built_again(tmp_path: Path, damage: bytes) -> None:
    run(POOL, tmp_path)
    for file in [*tmp_path.rglob("*.nbi"), *tmp_path.rglob("*.nbc")]:
        file.write_bytes(damage)
    again = run(POOL, tmp_path)
    assert VALUES in again.stdout
    assert "damaged and is built again" in again.stderr
    healed = run(POOL, tmp_path)
    assert (healed.stderr, healed.stdout.split()[-1]) == ("", "hit")


@needs_jit
def test_a_place_that_cannot_be_written_is_bypassed_with_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    result = run(POOL, blocked)
    assert VALUES in result.stdout
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be written" in result.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package whose sources may be edited."""
    folder = tmp_path / "checkout" / "tensorlite"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(tensorlite.__file__).parent, folder, ignore=ignored)
    return folder


@needs_jit
def test_editing_any_source_of_the_kernels_changes_the_folder(tmp_path: Path, copy: Path) -> None:
    show = "from tensorlite import kernels; print(kernels.cache_folder())"
    before = run(show, tmp_path, copy.parent).stdout
    with (copy / "kernels" / "geometry.py").open("a") as source:
        source.write("\n# edited\n")
    assert run(show, tmp_path, copy.parent).stdout != before


@needs_jit
def test_an_edit_of_the_tile_takes_effect_at_the_next_run(tmp_path: Path, copy: Path) -> None:
    product = (
        "import numpy as np; from tensorlite import kernels; a = np.ones((64, 64), np.float32);"
        "print(kernels.matmul(a, a)[0, 0])"
    )
    assert run(product, tmp_path, copy.parent).stdout.split() == ["64.0"]
    simd = copy / "kernels" / "compiled" / "simd.py"
    source = simd.read_text().replace(
        "\n    if not FUSED:", "\n    x = b.fadd(x, x)\n    if not FUSED:"
    )
    assert source != simd.read_text()
    simd.write_text(source)
    assert run(product, tmp_path, copy.parent).stdout.split() == ["128.0"]


@needs_jit
def test_two_processes_may_compile_at_once(tmp_path: Path) -> None:
    root = str(Path(tensorlite.__file__).parents[1])
    env = {**os.environ, "TENSORLITE_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": root}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", POOL], env=env, cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    answers = [process.communicate() for process in both]
    assert [(VALUES in out, err) for out, err in answers] == [(True, "")] * 2
    assert run(POOL, tmp_path / "cache").stdout.split()[-1] == "hit"


@needs_jit
def test_warming_compiles_everything_once(tmp_path: Path) -> None:
    warm = (
        "from tensorlite import kernels; steps = []; before = kernels.needs_warm();"
        "kernels.warm(lambda done, total: steps.append(done));"
        "print(before, kernels.needs_warm(), steps == list(range(len(steps))))"
    )
    assert run(warm, tmp_path).stdout.split() == ["True", "False", "True"]


def test_without_the_compiler_the_same_loops_run_as_plain_python(tmp_path: Path) -> None:
    code = POOL.rsplit("from tensorlite.kernels.compiled", 1)[0]
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1", "TENSORLITE_CACHE_DIR": str(tmp_path)}
    env["PYTHONPATH"] = str(Path(tensorlite.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert VALUES in result.stdout
    assert not list(tmp_path.rglob("*.nbi"))
