"""What a report shows about a model: its layers in a table, and its first filters as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tensorlite
from tensorlite import nn
from tensorlite.training.page import Bar, Picture, Text, gallery, paragraph, table
from tensorlite.training.tasks import Section

_MOST = 96  # filters that are shown
_HEAD = ["layer", "kind", "output", "parameters", "", "multiply-adds", "", "sees"]


def model_sections(model: nn.Module, shape: Sequence[int]) -> list[Section]:
    """Return the parts of the report about a model.

    Args:
        model: With its weights.
        shape: Channels, height and width of its images.
    """
    filters = filter_pictures(model)
    found = [Section("Model", model_table(model, shape))]
    if filters:
        words = "The weights of the first convolution; grey is 0, each filter has its own scale."
        found.insert(0, Section("First filters", paragraph(words) + gallery(filters, size="tight")))
    return found


def model_table(model: nn.Module, shape: Sequence[int]) -> str:
    """Return the layers with shapes, parameters, multiply-adds and receptive fields."""
    summary = tensorlite.summary(model, shape)
    rows = [
        [
            row.name or "(model)",
            Text(row.kind),
            " × ".join(map(str, row.output)),
            row.parameters,
            Bar(row.parameters / max(summary.parameters, 1)),
            row.macs,
            Bar(row.macs / max(summary.macs, 1)),
            "" if row.receptive_field is None else f"{row.receptive_field} px",
        ]
        for row in summary.rows
    ]
    plain = [i for i, row in enumerate(summary.rows) if not row.parameters and not row.macs]
    frozen = summary.parameters - summary.trainable
    parts = [
        f"{summary.parameters:,} parameters" + (f" ({frozen:,} frozen)" if frozen else ""),
        f"{summary.macs:,} multiply-adds for one image of {' × '.join(map(str, shape))}",
        "sees: height of the part of the image that one output depends on",
    ]
    return paragraph(" · ".join(parts)) + table(_HEAD, rows, faint=plain)


def filter_pictures(model: nn.Module) -> list[Picture]:
    """Draw the weights of the first convolution, if they look at an image with windows.

    Example:
        >>> len(filter_pictures(nn.Sequential(nn.Conv2d(3, 8, 5), nn.Conv2d(8, 4, 5))))
        8
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            weights = module.weight.detach().numpy()
            looks = weights.shape[1] in (1, 3) and min(weights.shape[2:]) > 1
            return [_filter(i, kernel) for i, kernel in enumerate(weights[:_MOST])] if looks else []
    return []


def _filter(index: int, kernel: NDArray[Any]) -> Picture:
    scale = max(float(np.abs(kernel).max()), 1e-12)
    title = f"filter {index}: {float(kernel.min()):.3f} to {float(kernel.max()):.3f}"
    return Picture(0.5 + kernel / (2 * scale), title=title)
