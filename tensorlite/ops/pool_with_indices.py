"""Max pooling that always says where the largest elements lie, under PyTorch's names for it."""

from __future__ import annotations

from typing import Any

from tensorlite.ops.adaptive_pool import (
    OutputSize,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from tensorlite.ops.pool import max_pool1d, max_pool2d, max_pool3d
from tensorlite.ops.windows import Size


def max_pool1d_with_indices(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """``max_pool1d`` with the places of the largest elements, asked for or not."""
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """``max_pool2d`` with the places of the largest elements, asked for or not."""
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input: Any,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """``max_pool3d`` with the places of the largest elements, asked for or not."""
    return max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def adaptive_max_pool1d_with_indices(
    input: Any, output_size: OutputSize, return_indices: bool = False
) -> Any:
    """``adaptive_max_pool1d`` with the places of the largest elements, asked for or not."""
    return adaptive_max_pool1d(input, output_size, True)


def adaptive_max_pool2d_with_indices(
    input: Any, output_size: OutputSize, return_indices: bool = False
) -> Any:
    """``adaptive_max_pool2d`` with the places of the largest elements, asked for or not."""
    return adaptive_max_pool2d(input, output_size, True)


def adaptive_max_pool3d_with_indices(
    input: Any, output_size: OutputSize, return_indices: bool = False
) -> Any:
    """``adaptive_max_pool3d`` with the places of the largest elements, asked for or not."""
    return adaptive_max_pool3d(input, output_size, True)
