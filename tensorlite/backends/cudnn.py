"""Attributes that scripts set; without effect. Results repeat here in any case."""

enabled = False
benchmark = False
deterministic = True
allow_tf32 = False


def is_available() -> bool:
    """Whether cuDNN can be used: never."""
    return False


def version() -> None:
    """No version, for there is none."""
