"""Functions that change their first argument, under the names of the methods that do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _method(name: str) -> Callable[..., Any]:
    def function(input: Any, *args: Any, **options: Any) -> Any:
        return getattr(input, name)(*args, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"``input.{name}(...)``; see there."
    return function


abs_ = _method("abs_")
ceil_ = _method("ceil_")
clamp_ = _method("clamp_")
clamp_max_ = _method("clamp_max_")
clamp_min_ = _method("clamp_min_")
cos_ = _method("cos_")
detach_ = _method("detach_")
erf_ = _method("erf_")
exp_ = _method("exp_")
expm1_ = _method("expm1_")
fill_ = _method("fill_")
floor_ = _method("floor_")
log_ = _method("log_")
log1p_ = _method("log1p_")
nan_to_num_ = _method("nan_to_num_")
neg_ = _method("neg_")
reciprocal_ = _method("reciprocal_")
round_ = _method("round_")
rsqrt_ = _method("rsqrt_")
sigmoid_ = _method("sigmoid_")
sin_ = _method("sin_")
sqrt_ = _method("sqrt_")
square_ = _method("square_")
tanh_ = _method("tanh_")
trunc_ = _method("trunc_")
zero_ = _method("zero_")
