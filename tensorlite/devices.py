"""The one device there is, under the names by which scripts ask for others."""

from __future__ import annotations

from typing import Any

from tensorlite.errors import ConfigError


class device(str):  # noqa: N801 - PyTorch's name
    """The processor. It is a string, so that ``x.device == "cpu"`` holds too.

    Args:
        type: ``"cpu"``, ``"cpu:0"``, or a device.
        index: Its number; there is only 0.

    Raises:
        ConfigError: If it is another device, such as ``"cuda"``.

    Example:
        >>> device("cpu")
        device(type='cpu')
    """

    __slots__ = ()

    type = "cpu"
    index = None  # type: ignore[assignment]  # a string has a method of that name

    def __new__(cls, type: Any = "cpu", index: int | None = None) -> device:  # noqa: D102
        check_device(type)
        return super().__new__(cls, "cpu")

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __enter__(self) -> device:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def check_device(wanted: Any, where: str = "device") -> None:
    """Refuse every device but the processor.

    Raises:
        ConfigError: If it is another one.
    """
    if wanted is not None and str(wanted).partition(":")[0] != "cpu":
        raise ConfigError(
            f"expected the device 'cpu', got the device {str(wanted)!r}.",
            where=where,
            hint="Everything runs on the processor: use 'cpu', or leave the device out.",
        )


CPU = device()


class memory_format(str):  # noqa: N801 - PyTorch's name
    """An order of elements in memory, as scripts ask for it; a hint that nothing depends on."""

    __slots__ = ()


contiguous_format = memory_format("contiguous_format")
channels_last = memory_format("channels_last")
preserve_format = memory_format("preserve_format")
strided = "strided"  # the only layout
