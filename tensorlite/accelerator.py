"""What scripts ask of accelerators in general: there is none."""


def is_available() -> bool:
    """Whether there is an accelerator: never."""
    return False


def device_count() -> int:
    """How many accelerators there are: 0."""
    return 0


def current_accelerator() -> None:
    """No device, for there is none."""
