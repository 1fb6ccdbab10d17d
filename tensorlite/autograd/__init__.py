"""Reverse-mode automatic differentiation.

Reading order: ``op`` (the op, which is also the graph's node), ``walk`` (the way back), ``passes``
(what users call), ``modes``. The rest hangs on these: ``node`` and ``hooks``, ``function`` (ops in
PyTorch's form), ``functional`` (Jacobians and their kin), ``checks`` and ``anomaly``.
"""

from tensorlite.autograd import functional
from tensorlite.autograd.anomaly import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from tensorlite.autograd.checks import gradcheck, gradgradcheck
from tensorlite.autograd.function import Function, Variable
from tensorlite.autograd.hooks import (
    register_hook,
    register_post_accumulate_grad_hook,
    retain_grad,
)
from tensorlite.autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from tensorlite.autograd.node import RemovableHandle
from tensorlite.autograd.op import Array, Op, TensorBase, make_tensor, set_tensor_type
from tensorlite.autograd.passes import backward, grad

__all__ = [
    "Array",
    "Function",
    "Op",
    "RemovableHandle",
    "TensorBase",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "make_tensor",
    "no_grad",
    "register_hook",
    "register_post_accumulate_grad_hook",
    "retain_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_tensor_type",
]
