"""Names of strangers as text that neither moves a cursor nor breaks a picture."""

from __future__ import annotations


def printable(text: str) -> str:
    """Write what cannot be printed as an escape, so that different names stay different.

    Control characters, marks that turn the direction of writing, and bytes of a file name that
    are no text all become visible; letters of any language stay.

    Example:
        >>> print(printable("caf\\u00e9"), printable("cat\\x1b[31m"), printable("\\udcff"))
        café cat\\x1b[31m \\udcff
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
