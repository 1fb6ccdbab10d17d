import pytest

from tensorlite.printable import printable


@pytest.mark.parametrize("text", ["cat", "caf\u00e9 cr\u00e8me", "\u732b", "T-shirt/top", ""])
def test_what_can_be_printed_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a\x1b[31m", r"a\x1b[31m"),
        ("a\nb\r", r"a\nb\r"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\udcff", r"\udcff"),
        ("\ufffe", r"\ufffe"),
    ],
)
def test_what_cannot_be_printed_is_made_visible(text, shown):
    assert printable(text) == shown
