"""Whether a metric is one: the same figure however the data comes in batches."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tensorlite.testing.failure import Claims


def check_metric(
    metric: Callable[..., Any],
    prediction: Any = None,
    target: Any = None,
    *,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Check a metric.

    It must say whether higher is better, give one finite number, the same for one batch as for
    many, start anew in a new object, and leave its arrays alone.

    Args:
        metric: A class or a function that builds it.
        prediction: Of a batch, such as scores (N, classes); random scores if not given.
        target: Of a batch, such as classes (N,).
        options: Arguments of the metric.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> from tensorlite.training.metrics import Accuracy
        >>> check_metric(Accuracy)
    """
    claims, rng = Claims("metric", metric), np.random.default_rng(0)
    scores = rng.standard_normal((12, 4)) if prediction is None else np.asarray(prediction)
    labels = rng.integers(0, 4, 12) if target is None else np.asarray(target)

    def figure(size: int) -> float:
        built = metric(**(options or {}))
        better = getattr(built, "higher_is_better", None)
        claims.that(isinstance(better, bool), "expected higher_is_better to be True or False.")
        for start in range(0, len(scores), size):
            part = slice(start, start + size)
            given = scores[part].copy(), labels[part].copy()
            built.update(*given)
            message = "expected the arrays to stay, but one was written."
            claims.equal(given[0], scores[part], message)
            claims.equal(given[1], labels[part], message)
        value = built.compute()
        plain = isinstance(value, (int, float)) and math.isfinite(value)
        claims.that(plain, f"expected a finite number from compute(), got {value!r}.")
        return float(value)

    with claims.works("a metric that works"):
        whole = figure(len(scores))
        for size in (1, 5):
            message = f"expected {whole:.6g} in batches of {size} too, got another number."
            claims.that(math.isclose(figure(size), whole, rel_tol=1e-6, abs_tol=1e-9), message)
