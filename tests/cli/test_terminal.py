import json
import re
import shlex
import sys

import pytest
from PIL import Image

from tensorlite.cli.output import folded

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

TRAIN = ("train", "lenet5", "--epochs", "1", "--set", "batch_size=256", "--name", "x")


@pytest.fixture
def terminal(program, environment, tmp_path):
    """Run a command line in a pseudo-terminal and return what it showed."""

    def run(*args, columns=80, into="", code=0, **variables):
        shown, status = pexpect.run(
            "sh -c " + shlex.quote(" ".join([*program, *args, into])),
            cwd=str(tmp_path),
            env={**environment, **variables},
            withexitstatus=True,
            encoding="utf-8",
            timeout=120,
            dimensions=(40, columns),
        )
        assert status == code, shown
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


def test_long_lines_of_a_training_break_between_their_parts(terminal):
    shown = terminal(*TRAIN, "--progress", "plain")
    assert "\n        1,437 train" in shown and "\\n" not in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_results_stay_whole_in_a_pipe_while_remarks_fit_the_terminal(terminal):
    shown = terminal(*TRAIN, "--progress", "plain", columns=120, into="| cat")
    assert "(bundled) · 1,437 train" in shown and "\n        recipe" not in shown
    shown = terminal("evaluate", "latest", columns=60, into="| cat")
    assert len(shown.splitlines()) == 1


def test_progress_for_programs_stays_whole_in_a_terminal(terminal):
    shown = terminal(*TRAIN, "--progress", "json", "--json")
    notes = [json.loads(line) for line in shown.splitlines() if line.startswith('{"event')]
    assert [note["event"] for note in notes] == ["note", "note", "epoch"]
    assert " · 1,437 train" in notes[0]["text"]


def test_what_is_said_of_a_trained_model_fits_the_terminal(terminal, tmp_path):
    name = f"{'long' * 18}.png"
    image = Image.new("L", (28, 28))
    image.paste(255, (10, 5, 14, 23))
    image.save(tmp_path / name)
    first, *others = terminal("predict", "lenet5", name).splitlines()
    assert first == name and re.match(r" {8}\d  \d+\.\d %   \d", others[0])
    missing = terminal("models", "verify", "resnet8", "--data", "nowhere", code=3).splitlines()
    evaluated = terminal("evaluate", "lenet5", "--data", "digits").splitlines()
    assert len(missing) > 2 and len(evaluated) > 1
    assert all(len(line) <= 80 for line in [*others, *missing, *evaluated])


def test_a_line_breaks_between_its_parts_and_at_wide_gaps():
    line = "data    digits · 1,797 images · 1,437 train / 360 val"
    assert folded(line, 30) == "data    digits · 1,797 images\n        1,437 train / 360 val"
    assert folded(line, 80) == line
    assert folded("a-long-name.png   7  99.1 %   1  0.9 %", 20) == (
        "a-long-name.png\n        7  99.1 %\n        1  0.9 %"
    )
