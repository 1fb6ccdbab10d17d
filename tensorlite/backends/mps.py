"""What scripts ask of Apple's graphics cards: they are not used."""


def is_available() -> bool:
    """Whether one can be used: never."""
    return False


def is_built() -> bool:
    """Whether there is support for one: no."""
    return False
