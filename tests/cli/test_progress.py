"""What a training shows in a pipe and in a terminal, as ``--progress`` says."""

import json
import re
import sys

import pytest

WORDS = ("train", "lenet5", "--epochs", "2", "--set", "batch_size=256", "--name", "x")


@pytest.fixture
def in_terminal(program, environment, tmp_path):
    """Run a command line in a pseudo-terminal and return what it showed."""
    pexpect = pytest.importorskip("pexpect")
    if sys.platform == "win32":
        pytest.skip("needs a pseudo-terminal")

    def run(*words, **variables):
        shown, status = pexpect.run(
            " ".join([*program, *WORDS, *words]),
            cwd=str(tmp_path),
            env={**environment, **variables},
            withexitstatus=True,
            encoding="utf-8",
            timeout=300,
            dimensions=(40, 100),
        )
        assert status == 0, shown
        return shown

    return run


def test_results_go_to_standard_output_and_the_rest_to_standard_error(tensorlite):
    done = tensorlite(*WORDS)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["best", "files", "next"]
    heads = [line.split()[0] for line in done.stderr.splitlines()]
    assert [head for head in heads if head != "compile"] == ["data", "model", "epoch", "epoch"]


def test_a_program_can_read_the_progress(tensorlite):
    done = tensorlite(*WORDS, "--progress", "json", "--json")
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events] == ["note", "note", "epoch", "epoch"]
    assert json.loads(done.stdout)["epochs"] == 2


def test_progress_can_be_switched_off(tensorlite):
    assert "epoch" not in tensorlite(*WORDS, "--progress", "off").stderr


def test_a_terminal_shows_bars_above_which_lines_stay_whole(in_terminal):
    shown = in_terminal()
    assert "\x1b[" in shown and "run" in shown and " left" in shown
    assert re.search(r"epoch 2/2  loss \d\.\d{3}  val_acc", shown)


def test_a_terminal_can_be_told_to_show_lines_only(in_terminal):
    assert "\x1b" not in in_terminal("--progress", "plain")
    assert "\x1b" not in in_terminal(TERM="dumb")


def test_no_color_takes_the_colours_of_the_panel_away(in_terminal):
    colour = re.compile(r"\x1b\[(\d+;)*(3[0-8]|9[0-7])[;m]")
    assert colour.search(in_terminal()) and not colour.search(in_terminal(NO_COLOR="1"))
