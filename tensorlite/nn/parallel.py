"""PyTorch's wrappers that spread a model over graphics cards, of which there are none."""

from __future__ import annotations

from typing import Any

from tensorlite.nn.module import Module


class DataParallel(Module):
    """A model under the name ``module``, as PyTorch wraps it; it runs on this processor.

    Args:
        module: The model.
        device_ids: Accepted, as are the others.

    Shape:
        - Input and output: the model's

    Example:
        >>> from tensorlite import nn
        >>> [name for name, _ in DataParallel(nn.Linear(2, 2)).named_parameters()]
        ['module.weight', 'module.bias']

    Source: PyTorch, ``torch.nn.DataParallel``.
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Call the model."""
        return self.module(*inputs, **options)


class DistributedDataParallel(DataParallel):
    """The same for one process; arguments as for ``DataParallel``.

    Args:
        module: The model.
        device_ids: Accepted, as are the others.
        options: Accepted.

    Shape:
        - Input and output: the model's

    Source: PyTorch, ``torch.nn.parallel.DistributedDataParallel``.
    """

    def __init__(self, module: Module, device_ids: Any = None, **options: Any) -> None:
        super().__init__(module, device_ids)
