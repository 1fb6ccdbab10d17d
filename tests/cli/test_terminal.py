import io
import re
import sys

import pytest

from tensorlite.cli.output import folded

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pytest.fixture
def terminal(program, environment, tmp_path):
    """Run a command line in a pseudo-terminal and return what it showed."""

    def run(*args, columns=80, **variables):
        shown, status = pexpect.run(
            " ".join([*program, *args]),
            cwd=str(tmp_path),
            env={**environment, **variables},
            withexitstatus=True,
            encoding="utf-8",
            timeout=120,
            dimensions=(40, columns),
        )
        assert status == 0, shown
        return shown.replace("\r\n", "\n")

    return run


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.mark.parametrize("columns", [60, 120])
def test_a_table_fits_the_terminal(terminal, swish, columns):
    shown = plain(terminal("layers", "--plugin", "swish.py", columns=columns))
    assert "swish.py:4" in shown
    assert all(len(line) <= columns for line in shown.splitlines())


def test_a_terminal_gets_bold_names(terminal, swish):
    assert "\x1b[1m" in terminal("layers", "--plugin", "swish.py")


def test_no_color_takes_the_colours_away(terminal):
    colour = re.compile(r"\x1b\[(\d+;)*(3[0-8]|9[0-7])[;m]")
    assert colour.search(terminal("doctor", "--warm"))  # its bar has some
    assert not colour.search(terminal("doctor", "--warm", NO_COLOR="1"))


def test_square_brackets_are_text_and_not_markup(terminal, swish):
    swish.write_text(swish.read_text().replace("x * sigmoid(x)", "x[red] * sigmoid"))
    assert "x[red] * sigmoid" in plain(terminal("layers", "--plugin", "swish.py", columns=120))


def test_json_stays_plain_in_a_terminal(terminal):
    assert "\x1b" not in terminal("layers", "--json")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_long_line_breaks_between_its_parts_in_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    line = "data    digits · 1,797 images · 1,437 train / 360 val"
    assert folded(line, io.StringIO()) == line
    assert folded(line, Terminal()).splitlines() == [
        "data    digits · 1,797 images",
        "        1,437 train / 360 val",
    ]
    assert folded("data    digits", Terminal()) == "data    digits"
