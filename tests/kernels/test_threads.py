"""Threads share work without changing a result, and get out of each other's way."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import tensorlite
from tensorlite import kernels
from tensorlite.kernels import threads
from tensorlite.kernels.cache import jit_enabled

pytestmark = pytest.mark.skipif(not jit_enabled(), reason="plain Python runs in one thread")
STEPS = (1, 1), (1, 1), (1, 1), 1


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = kernels.get_num_threads()
    yield
    kernels.set_num_threads(before)


def with_threads(count: int, function: Callable[[], np.ndarray]) -> bytes:
    kernels.set_num_threads(count)
    return function().tobytes()


@pytest.mark.parametrize("images_last", [False, True])
@pytest.mark.parametrize("direction", ["forward", "input", "weights"])
def test_convolutions_give_the_same_bytes_with_any_number_of_threads(
    rng: np.random.Generator, images_last: bool, direction: str
) -> None:
    n, c, k = (70, 3, 7) if images_last else (18, 40, 70)
    x = rng.standard_normal((n, c, 13, 11)).astype(np.float32)
    w = rng.standard_normal((k, c, 3, 3)).astype(np.float32)
    dy = rng.standard_normal((n, k, 13, 11)).astype(np.float32)
    run = {
        "forward": lambda: kernels.conv2d(x, w, *STEPS),
        "input": lambda: kernels.conv2d_input_grad(dy, w, (13, 11), *STEPS),
        "weights": lambda: kernels.conv2d_weight_grad(x, dy, (3, 3), *STEPS),
    }[direction]
    alone = with_threads(1, run)
    assert with_threads(2, run) == alone
    assert with_threads(4, run) == alone


def test_sums_give_the_same_bytes_with_any_number_of_threads(rng: np.random.Generator) -> None:
    x = rng.standard_normal((33, 67, 9, 9)).astype(np.float32)
    ones = np.ones(67, np.float32)

    def run() -> np.ndarray:
        y, mean, variance = kernels.batch_norm(x, ones, ones, 1e-5)
        grads = kernels.batch_norm_grad(x, y, ones, ones, mean, variance, 1e-5, True)
        window = (3, 3), (2, 2), (1, 1), (1, 1), False
        pooled = kernels.batch_norm_pool(x, ones, ones, 1e-5, *window)
        return np.concatenate([np.ravel(a) for a in (y, mean, variance, *grads, *pooled)])

    alone = with_threads(1, run)
    assert [with_threads(count, run) for count in (2, 4)] == [alone, alone]


def products(rng: np.random.Generator) -> np.ndarray:
    a, b = rng.standard_normal((300, 200)), rng.standard_normal((200, 150))
    return kernels.matmul(a.astype(np.float32), b.astype(np.float32))


def pools(rng: np.random.Generator) -> np.ndarray:
    x = rng.standard_normal((16, 32, 31, 29)).astype(np.float32)
    window = (3, 3), (2, 2), (1, 1)
    y, index = kernels.max_pool2d(x, *window, (1, 1), False)
    mean = kernels.avg_pool2d(x, *window, False, True)
    grads = kernels.max_pool2d_grad(y, index, x.shape[2:])
    spread = kernels.avg_pool2d_grad(mean, x.shape[2:], *window, True)
    return np.concatenate([np.ravel(a) for a in (y, mean, grads, spread)])


def passes(rng: np.random.Generator) -> np.ndarray:
    x = rng.standard_normal(300_000).astype(np.float32)
    losses, grads = kernels.cross_entropy(x.reshape(3000, 100), np.arange(3000) % 100)
    y = kernels.relu(x)
    return np.concatenate([y, kernels.relu_grad(x, y), losses, grads.ravel()])


def updates(rng: np.random.Generator) -> np.ndarray:
    sizes = 200_000, 7, 30_000
    p, g, v, m = ([rng.random(n).astype(np.float32) for n in sizes] for _ in range(4))
    kernels.sgd(p, g, v, 0.1, 0.9, 0.01, 1.0, True)
    kernels.rmsprop(p, g, v, [0.9, 0.01, 0.1, 1e-8])
    kernels.adam(p, g, m, v, [0.9, 0.999, 0.01, 1.0, 0.1, 1.0, 1e-8])
    return np.concatenate([*p, *v, *m])


@pytest.mark.parametrize("kernel", [products, pools, passes, updates])
def test_every_other_kernel_gives_the_same_bytes_with_any_number_of_threads(
    kernel: Callable[[np.random.Generator], np.ndarray],
) -> None:
    one, two, four = (
        with_threads(count, lambda: kernel(np.random.default_rng(3))) for count in (1, 2, 4)
    )
    assert one == two == four


def test_several_python_threads_may_call_kernels_at_once(rng: np.random.Generator) -> None:
    kernels.set_num_threads(3)
    x = rng.standard_normal((9, 16, 17, 17)).astype(np.float32)
    w = rng.standard_normal((40, 16, 3, 3)).astype(np.float32)
    expected = kernels.conv2d(x, w, *STEPS)
    right: list[bool] = []

    def work() -> None:
        for _ in range(20):
            right.append(bool((kernels.conv2d(x, w, *STEPS) == expected).all()))

    others = [threading.Thread(target=work) for _ in range(3)]
    for other in others:
        other.start()
    work()
    for other in others:
        other.join()
    assert right == [True] * 80


def test_more_threads_than_cores_come_to_an_end(rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((2, 200, 200)).astype(np.float32)
    kernels.set_num_threads(1)
    expected = kernels.matmul(a, b)
    kernels.set_num_threads(4 * threads.available_cores())
    assert all((kernels.matmul(a, b) == expected).all() for _ in range(50))


def test_threads_of_blas_beside_ours_change_nothing(rng: np.random.Generator) -> None:
    kernels.set_num_threads(2)
    a = rng.standard_normal((300, 300)).astype(np.float32)
    expected, done = kernels.matmul(a, a), threading.Event()

    def multiply() -> None:
        while not done.is_set():
            np.dot(a, a)

    other = threading.Thread(target=multiply)
    other.start()
    try:
        assert all((kernels.matmul(a, a) == expected).all() for _ in range(20))
    finally:
        done.set()
        other.join()


def test_a_number_of_threads_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        kernels.set_num_threads(0)


def test_an_environment_variable_sets_the_first_number() -> None:
    code = "from tensorlite import kernels; print(kernels.get_num_threads())"
    assert run_python(code, TENSORLITE_NUM_THREADS="3") == "3"


def test_the_cores_are_those_of_this_process() -> None:
    assert 1 <= threads.available_cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_computes_with_helpers_of_its_own() -> None:
    code = """
import os, warnings
import numpy as np
from tensorlite import kernels
warnings.simplefilter("ignore")
a = np.ones((300, 300), np.float32)
before = kernels.matmul(a, a)
child = os.fork()
if not child:
    os._exit(0 if (kernels.matmul(a, a) == before).all() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run_python(code, TENSORLITE_NUM_THREADS="2") == "0"


def run_python(code: str, **settings: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(Path(tensorlite.__file__).parents[1]), **settings}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
