"""Losses against PyTorch: values and gradients of every option and reduction."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
REDUCTIONS = ["mean", "sum", "none"]
NEAR = {
    "float64": {"rtol": 1e-7, "atol": 1e-12},
    "float32": {"rtol": 1.3e-6, "atol": 1e-5},
}


def x(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape)


def p(*shape: int) -> np.ndarray:
    return RNG.uniform(0.05, 0.95, shape)


def ints(high: int, *shape: int) -> np.ndarray:
    return RNG.integers(0, high, shape)


def signs(*shape: int) -> np.ndarray:
    return RNG.choice([-1.0, 1.0], shape)


def simplex(*shape: int) -> np.ndarray:
    values = RNG.uniform(0.1, 1.0, shape)
    return values / values.sum(min(1, len(shape) - 1), keepdims=True)


SPARSE = np.array([[0.0, 1.0, 0.0], [0.3, 0.0, 0.7]])
LABELS = np.array([[1, 3, -1, 0, 2], [-1, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 2, -1, -1, -1]])
C = np.array([0.5, 2.0, 0.0, 1.5])
IGNORED = np.array([1, -100, 3, 2, 0])

# function, inputs, options; inputs of floats get gradients
CASES: list[tuple[str, tuple[np.ndarray, ...], dict[str, Any]]] = [
    ("mse_loss", (x(3, 4), x(3, 4)), {}),
    ("mse_loss", (x(3, 4), x(3, 4)), {"weight": p(3, 4)}),
    ("mse_loss", (x(3, 4), x(4)), {}),
    ("mse_loss", (x(), x()), {}),
    ("mse_loss", (x(0, 2), x(0, 2)), {}),
    ("mse_loss", (x(3), ints(5, 3)), {}),
    ("l1_loss", (x(3, 4), x(3, 4)), {}),
    ("l1_loss", (x(3, 4), x(3, 1)), {}),
    ("l1_loss", (x(3, 4), x(3, 4)), {"weight": p(3, 4)}),
    ("l1_loss", (np.array([1.0, 2.0]), np.array([1.0, 3.0])), {}),
    ("smooth_l1_loss", (x(3, 4) * 2, x(3, 4)), {}),
    ("smooth_l1_loss", (x(3, 4), x(3, 4)), {"beta": 0.3}),
    ("smooth_l1_loss", (x(3, 4), x(3, 4)), {"beta": 0}),
    ("smooth_l1_loss", (np.array([1.0, -1.0, 0.0]), np.zeros(3)), {}),
    ("huber_loss", (x(3, 4) * 2, x(3, 4)), {}),
    ("huber_loss", (x(3, 4), x(3, 4)), {"delta": 0.3}),
    ("huber_loss", (x(3, 4), x(3, 4)), {"delta": 2, "weight": p(3, 4)}),
    ("kl_div", (np.log(simplex(3, 4)), simplex(3, 4)), {}),
    ("kl_div", (np.log(simplex(2, 3)), SPARSE), {"constant": (1,)}),
    ("kl_div", (np.log(simplex(3, 4)), np.log(simplex(3, 4))), {"log_target": True}),
    ("kl_div", (np.log(simplex(3, 4)), simplex(4)), {}),
    ("poisson_nll_loss", (x(3, 4), ints(5, 3, 4).astype(float)), {}),
    ("poisson_nll_loss", (p(3, 4), ints(5, 3, 4).astype(float)), {"log_input": False}),
    ("poisson_nll_loss", (x(3, 4), ints(5, 3, 4).astype(float)), {"full": True, "constant": (1,)}),
    ("gaussian_nll_loss", (x(3, 4), x(3, 4), p(3, 4)), {}),
    ("gaussian_nll_loss", (x(3, 4), x(3, 4), p(3, 1)), {"full": True}),
    ("gaussian_nll_loss", (x(3, 4), x(3, 4), p(3)), {}),
    ("gaussian_nll_loss", (x(3, 4), x(3, 4), p(3, 4) * 0.2), {"eps": 0.1}),
    ("gaussian_nll_loss", (x(3, 4), x(3, 4)), {"var": 0.5}),
    ("binary_cross_entropy", (p(3, 4), p(3, 4)), {}),
    ("binary_cross_entropy", (p(3, 4), p(3, 4)), {"weight": p(4)}),
    ("binary_cross_entropy", (np.array([0.0, 1, 0, 1]), np.array([0.0, 1, 1, 0])), {}),
    ("binary_cross_entropy_with_logits", (x(3, 4), p(3, 4)), {}),
    ("binary_cross_entropy_with_logits", (x(3, 4), p(3, 4)), {"weight": p(3, 1)}),
    ("binary_cross_entropy_with_logits", (x(3, 4), p(3, 4)), {"pos_weight": p(4) * 3}),
    ("binary_cross_entropy_with_logits", (x(3, 4) * 300, p(3, 4)), {}),
    ("binary_cross_entropy_with_logits", (x(), p()), {}),
    ("soft_margin_loss", (x(3, 4), signs(3, 4)), {"constant": (1,)}),
    ("soft_margin_loss", (x(3, 4), signs(4)), {"constant": (1,)}),
    ("multilabel_soft_margin_loss", (x(3, 4), p(3, 4)), {}),
    ("multilabel_soft_margin_loss", (x(3, 4), p(3, 4)), {"weight": p(4)}),
    ("multilabel_soft_margin_loss", (x(4), p(4)), {}),
    ("hinge_embedding_loss", (x(3, 4), signs(3, 4)), {"constant": (1,)}),
    ("hinge_embedding_loss", (x(3, 4), signs(4)), {"margin": 0.4, "constant": (1,)}),
    ("hinge_embedding_loss", (x(3), np.array([1, -1, 0])), {}),
    ("margin_ranking_loss", (x(3, 4), x(3, 4), signs(3, 4)), {}),
    ("margin_ranking_loss", (x(5), x(5), signs(5)), {"margin": 0.5}),
    ("multi_margin_loss", (x(5, 4), ints(4, 5)), {}),
    ("multi_margin_loss", (x(5, 4), ints(4, 5)), {"p": 2, "margin": 0.5}),
    ("multi_margin_loss", (x(5, 4), ints(4, 5)), {"weight": C}),
    ("multi_margin_loss", (x(4), np.array(2)), {}),
    ("multi_margin_loss", (x(4), np.array([2])), {}),
    ("multilabel_margin_loss", (x(4, 5), LABELS), {}),
    ("multilabel_margin_loss", (x(5), LABELS[0]), {}),
    ("cosine_embedding_loss", (x(4, 3), x(4, 3), signs(4)), {"constant": (2,)}),
    ("cosine_embedding_loss", (x(4, 3), x(4, 3), signs(4)), {"margin": 0.2, "constant": (2,)}),
    ("cosine_embedding_loss", (x(3), x(3), np.array(1)), {}),
    ("cosine_embedding_loss", (np.zeros((2, 3)), x(2, 3), np.array([1, -1])), {}),
    ("triplet_margin_loss", (x(4, 3), x(4, 3), x(4, 3)), {}),
    ("triplet_margin_loss", (x(4, 3), x(4, 3), x(4, 3)), {"p": 1, "margin": 0.5}),
    ("triplet_margin_loss", (x(4, 3), x(4, 3), x(4, 3)), {"p": 3.5, "swap": True}),
    ("triplet_margin_loss", (x(4, 3), x(4, 3), x(4, 3)), {"p": math.inf, "swap": True}),
    ("triplet_margin_loss", (x(3), x(3), x(3)), {"margin": 5.0, "eps": 0.1}),
    ("triplet_margin_with_distance_loss", (x(4, 3), x(4, 3), x(4, 3)), {}),
    (
        "triplet_margin_with_distance_loss",
        (x(4, 3), x(4, 3), x(4, 3)),
        {"distance_function": lambda a, b: ((a - b) * (a - b)).sum(-1), "swap": True},
    ),
    ("nll_loss", (x(5, 4), ints(4, 5)), {}),
    ("nll_loss", (x(5, 4), IGNORED), {"weight": C}),
    ("nll_loss", (x(5, 4), ints(4, 5)), {"ignore_index": 2}),
    ("nll_loss", (x(2, 4, 3, 2), ints(4, 2, 3, 2)), {"weight": C}),
    ("nll_loss", (x(4), np.array(1)), {"weight": C}),
    ("cross_entropy", (x(5, 4), ints(4, 5)), {}),
    ("cross_entropy", (x(5, 4), IGNORED), {}),
    ("cross_entropy", (x(5, 4), IGNORED), {"weight": C, "label_smoothing": 0.1}),
    ("cross_entropy", (x(5, 4), IGNORED), {"label_smoothing": 0.3}),
    ("cross_entropy", (x(5, 4), ints(4, 5)), {"ignore_index": 2, "weight": C}),
    ("cross_entropy", (x(2, 4, 3), ints(4, 2, 3)), {"label_smoothing": 0.2}),
    ("cross_entropy", (x(2, 4, 3, 2), ints(4, 2, 3, 2)), {"weight": C, "label_smoothing": 0.2}),
    ("cross_entropy", (x(4), np.array(3)), {"label_smoothing": 0.1}),
    ("cross_entropy", (x(4), np.array(3)), {"weight": C}),
    ("cross_entropy", (x(5, 4), simplex(5, 4)), {}),
    ("cross_entropy", (x(5, 4), simplex(5, 4)), {"weight": C, "label_smoothing": 0.2}),
    ("cross_entropy", (x(2, 4, 3), simplex(2, 4, 3)), {"weight": C}),
    ("cross_entropy", (x(4), simplex(4)), {"label_smoothing": 0.2}),
    ("cross_entropy", (x(0, 4), ints(4, 0)), {}),
    ("cross_entropy", (x(2, 4), np.array([-100, -100])), {}),
]


def names() -> list[str]:
    return [f"{name} {i}" for i, (name, _, _) in enumerate(CASES)]


def reductions(name: str) -> list[str]:
    return [*REDUCTIONS, "batchmean"] if name == "kl_div" else REDUCTIONS


def run(lib: Any, function: Any, case: Any, reduction: str, dtype: str) -> list[np.ndarray]:
    _, arrays, given = case
    options = dict(given)
    constant = options.pop("constant", ())
    kind = getattr(lib, dtype)

    def tensor(array: np.ndarray) -> Any:
        if array.dtype.kind == "f":
            return lib.tensor(array.tolist(), dtype=kind).reshape(array.shape)
        return lib.tensor(array.tolist(), dtype=lib.int64).reshape(array.shape)

    inputs = [tensor(array) for array in arrays]
    leaves = [t for i, t in enumerate(inputs) if arrays[i].dtype.kind == "f" and i not in constant]
    for leaf in leaves:
        leaf.requires_grad_()
    options = {k: tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = function(*inputs, reduction=reduction, **options)
        weights = np.cos(np.arange(math.prod(result.shape))).reshape(tuple(result.shape))
        (result * tensor(weights)).sum().backward()
    return [result.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("case", CASES, ids=names())
def test_values_and_gradients(case: Any, dtype: str) -> None:
    name = case[0]
    for reduction in reductions(name):
        ours = run(tl, getattr(tl.nn.functional, name), case, reduction, dtype)
        theirs = run(torch, getattr(torch.nn.functional, name), case, reduction, dtype)
        for one, other in zip(ours, theirs, strict=True):
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            np.testing.assert_allclose(one, other, **NEAR[dtype], err_msg=reduction)


MODULES: list[tuple[str, dict[str, Any], tuple[np.ndarray, ...]]] = [
    ("CrossEntropyLoss", {"weight": C, "label_smoothing": 0.1}, (x(5, 4), IGNORED)),
    ("NLLLoss", {"weight": C, "ignore_index": 1}, (x(5, 4), ints(4, 5))),
    ("BCELoss", {"weight": p(4)}, (p(3, 4), p(3, 4))),
    ("BCEWithLogitsLoss", {"weight": p(4), "pos_weight": p(4)}, (x(3, 4), p(3, 4))),
    ("MSELoss", {"reduction": "sum"}, (x(3, 4), x(3, 4))),
    ("L1Loss", {}, (x(3, 4), x(3, 4))),
    ("SmoothL1Loss", {"beta": 0.5}, (x(3, 4), x(3, 4))),
    ("HuberLoss", {"delta": 0.5}, (x(3, 4), x(3, 4))),
    ("KLDivLoss", {"reduction": "batchmean", "log_target": True}, (x(3, 4), x(3, 4))),
    ("HingeEmbeddingLoss", {"margin": 0.5}, (x(3, 4), signs(3, 4))),
    ("MultiMarginLoss", {"p": 2, "weight": C}, (x(5, 4), ints(4, 5))),
    ("MultiLabelMarginLoss", {}, (x(4, 5), LABELS)),
    ("MultiLabelSoftMarginLoss", {"weight": C}, (x(3, 4), p(3, 4))),
    ("SoftMarginLoss", {}, (x(3, 4), signs(3, 4))),
    ("MarginRankingLoss", {"margin": 0.2}, (x(3), x(3), signs(3))),
    ("CosineEmbeddingLoss", {"margin": 0.2}, (x(4, 3), x(4, 3), signs(4))),
    ("TripletMarginLoss", {"p": 1, "swap": True}, (x(4, 3), x(4, 3), x(4, 3))),
    ("TripletMarginWithDistanceLoss", {"margin": 2.0}, (x(4, 3), x(4, 3), x(4, 3))),
    ("PoissonNLLLoss", {"full": True}, (x(3, 4), ints(5, 3, 4).astype(float))),
    ("GaussianNLLLoss", {"full": True}, (x(3, 4), x(3, 4), p(3, 4))),
]


@pytest.mark.parametrize(("name", "options", "arrays"), MODULES, ids=[m[0] for m in MODULES])
def test_modules(name: str, options: dict[str, Any], arrays: tuple[np.ndarray, ...]) -> None:
    def value(lib: Any) -> tuple[Any, list[str]]:
        given = {k: lib.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        module = getattr(lib.nn, name)(**given)
        return module(*map(lib.tensor, arrays)).item(), list(module.state_dict())

    ours, theirs = value(tl), value(torch)
    assert ours[0] == pytest.approx(theirs[0], rel=1e-7)
    assert ours[1] == theirs[1]


POSITIONS = [
    lambda lib, a, y: lib.nn.CrossEntropyLoss(None, None, 2)(a, y),
    lambda lib, a, y: lib.nn.functional.cross_entropy(a, y, None, None, 2, None, "sum", 0.1),
    lambda lib, a, y: lib.nn.NLLLoss(None, None, 2, None, "sum")(a, y),
    lambda lib, a, y: lib.nn.MSELoss(None, None, "sum")(a, a * 2),
    lambda lib, a, y: lib.nn.SmoothL1Loss(None, None, "sum", 0.5)(a, a * 2),
    lambda lib, a, y: lib.nn.HuberLoss("sum", 0.5)(a, a * 2),
    lambda lib, a, y: lib.nn.MultiMarginLoss(2, 0.5, None, None, None, "sum")(a, y),
    lambda lib, a, y: lib.nn.TripletMarginLoss(0.5, 1.0, 1e-3, True)(a, a * 2, a * 3),
    lambda lib, a, y: lib.nn.PoissonNLLLoss(False, True)(a * a, a * a * 4),
    lambda lib, a, y: lib.nn.KLDivLoss(None, None, "sum", True)(a, a * 2),
]


@pytest.mark.parametrize("call", POSITIONS)
def test_arguments_by_position(call: Callable[..., Any]) -> None:
    a, y = x(5, 4), ints(4, 5)
    ours, theirs = (call(lib, lib.tensor(a), lib.tensor(y)).item() for lib in (tl, torch))
    assert ours == pytest.approx(theirs, rel=1e-7)


REFUSED = [
    lambda lib, F: F.mse_loss(lib.ones(2), lib.ones(3)),
    lambda lib, F: F.mse_loss(lib.ones(2), lib.ones(2), reduction="average"),
    lambda lib, F: F.mse_loss(lib.ones(2, 3), lib.ones(2, 3), weight=lib.ones(3)),
    lambda lib, F: F.mse_loss(lib.tensor([1]), lib.tensor([1])),
    lambda lib, F: F.smooth_l1_loss(lib.ones(2), lib.ones(2), beta=-1.0),
    lambda lib, F: F.huber_loss(lib.ones(2), lib.ones(2), delta=0.0),
    lambda lib, F: F.binary_cross_entropy(lib.ones(2), lib.ones(2, 1)),
    lambda lib, F: F.binary_cross_entropy(lib.ones(2) * 1.5, lib.ones(2)),
    lambda lib, F: F.binary_cross_entropy(lib.ones(2) * 0.5, lib.tensor([0, 1])),
    lambda lib, F: F.binary_cross_entropy_with_logits(lib.ones(2), lib.tensor([0, 1])),
    lambda lib, F: F.binary_cross_entropy_with_logits(lib.ones(2), lib.ones(2, 1)),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.tensor([0, 3])),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.tensor([0, -1])),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.tensor([0])),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.ones(2)),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.tensor([[0, 1, 2], [0, 1, 2]])),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.tensor([0, 1]), lib.ones(2)),
    lambda lib, F: F.cross_entropy(lib.ones(2, 3), lib.tensor([0, 1]), label_smoothing=1.5),
    lambda lib, F: F.gaussian_nll_loss(lib.ones(2), lib.ones(2), -lib.ones(2)),
    lambda lib, F: F.gaussian_nll_loss(lib.ones(2, 3), lib.ones(2, 3), lib.ones(3)),
    lambda lib, F: F.multi_margin_loss(lib.ones(2, 3), lib.tensor([0, 1]), p=3),
    lambda lib, F: F.cosine_embedding_loss(lib.ones(2, 3), lib.ones(2, 3), lib.tensor(1)),
    lambda lib, F: F.margin_ranking_loss(lib.ones(2, 3), lib.ones(2, 3), lib.ones(3)),
    lambda lib, F: F.triplet_margin_loss(lib.ones(2), lib.ones(2), lib.ones(2), margin=0),
    lambda lib, F: F.triplet_margin_loss(lib.ones(2, 3), lib.ones(3), lib.ones(2, 3)),
]


@pytest.mark.parametrize("lib", [tl, torch], ids=["ours", "theirs"])
@pytest.mark.parametrize("call", REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_both_refuse(lib: Any, call: Callable[..., Any]) -> None:
    with pytest.raises((ValueError, RuntimeError, IndexError, TypeError, NotImplementedError)):
        call(lib, lib.nn.functional)


def test_a_target_that_broadcasts_brings_a_warning() -> None:
    for lib in (tl, torch):
        with pytest.warns(UserWarning):
            lib.nn.functional.l1_loss(lib.ones(2, 3), lib.ones(3))


def test_second_derivatives_of_binary_cross_entropy() -> None:
    values, answers = p(3, 4), p(3, 4)

    def second(lib: Any) -> np.ndarray:
        a = lib.tensor(values, requires_grad=True)
        loss = lib.nn.functional.binary_cross_entropy(a, lib.tensor(answers))
        (first,) = lib.autograd.grad(loss, a, create_graph=True)
        (found,) = lib.autograd.grad((first * first).sum(), a)
        return found.numpy()

    np.testing.assert_allclose(second(tl), second(torch), rtol=1e-6)
