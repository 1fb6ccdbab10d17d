import json
import re
import subprocess
import sys
from importlib import import_module

import click
import pytest

from tensorlite.cli.app import LINES
from tensorlite.cli.options import named_plugins, with_common_options

IMPORTED = """
import sys
from tensorlite.cli import run
run(sys.argv[1:])
loaded = {name.partition(".")[0] for name in sys.modules}
sys.exit(f"loaded: {sorted(loaded & set('numpy numba pluggy rich PIL a_plugin'.split()))}")
"""


def test_help_lists_every_command_with_one_line(tensorlite):
    done = tensorlite("--help")
    assert done.returncode == 0 and done.stderr == ""
    for name, (_, line) in LINES.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", done.stdout, re.MULTILINE)


HELP = [["--help"], ["--version"], ["layers", "--help"], ["data", "-h"], ["train", "--help"]]


@pytest.mark.parametrize("args", HELP, ids=" ".join)
def test_help_and_version_import_nothing_heavy_and_no_plugin(install, environment, args, tmp_path):
    path = install("a-plugin", "a_plugin", "raise RuntimeError")
    command = [sys.executable, "-c", IMPORTED, *args]
    done = subprocess.run(
        command, env={**environment, **path}, cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.stderr == "loaded: []\n"
    assert done.stdout


def test_version_is_one_line(tensorlite):
    import tensorlite as tl

    assert tensorlite("--version").stdout == f"tensorlite {tl.__version__}\n"


def test_the_module_runs_like_the_script(environment, tmp_path):
    command = [sys.executable, "-m", "tensorlite.cli", "--version"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout[:11]) == (0, "tensorlite ")


def commands_below(name, command):
    yield name, command
    for below, each in getattr(command, "commands", {}).items():
        yield from commands_below(f"{name} {below}", each)


@pytest.mark.parametrize("name", LINES)
def test_every_command_explains_itself_with_examples_and_takes_the_common_options(name):
    module, _ = LINES[name]
    command = getattr(import_module(f"tensorlite.cli.{module}"), name.replace("-", "_"))
    for path, each in commands_below(name, with_common_options(command)):
        text = each.get_help(click.Context(each, info_name=path))
        for expected in ("Examples:", f"  tensorlite {path}", "--plugin FILE|MODULE"):
            assert expected in text
        assert text.count("--traceback") == 1


def test_without_a_command_the_help_is_shown(tensorlite):
    assert tensorlite().stdout == tensorlite("--help").stdout
    assert tensorlite().returncode == 0


def test_an_option_without_its_value_is_named(tensorlite):
    done = tensorlite("layers", "--plugin")
    assert done.returncode == 2 and "'--plugin' requires an argument" in done.stderr


def test_a_mistyped_command_names_the_one_that_was_meant(tensorlite):
    done = tensorlite("trian", "lenet5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "Error: No such command 'trian'. Did you mean 'train'?"


def test_a_wrong_option_exits_with_2_and_says_where_to_look(tensorlite):
    done = tensorlite("layers", "list", "--jsn")
    assert done.returncode == 2
    assert "Error: No such option" in done.stderr and "--json" in done.stderr


def test_a_missing_argument_says_where_to_look(tensorlite):
    done = tensorlite("layers", "show")
    assert done.returncode == 2
    assert done.stderr == (
        "Error: Missing argument 'NAME'.\n  try: tensorlite layers show --help\n"
    )


def test_an_unknown_name_is_one_sentence_and_a_traceback_only_on_request(tensorlite, swish):
    done = tensorlite("layers", "swsh", "--plugin", swish)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert re.fullmatch(
        r"error: there is no layer 'swsh'\. Close: swish.*\. All \d+: tensorlite layers", line
    )
    done = tensorlite("layers", "swsh", "--plugin", swish, "--traceback")
    assert "Traceback" in done.stderr and done.stderr.splitlines()[-1] == line


COMMANDS = """\
import click
from tensorlite.errors import DataError, DivergedError, PluginError
from tensorlite.plugins import hookimpl


@click.command()
@click.argument("how")
def fail(how):
    "Fail in some way."
    if how == "bug":
        raise ZeroDivisionError("by\\nzero")
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "file":
        open("no/such/file")
    if how == "exit":
        click.get_current_context().exit(7)
    raise DataError("expected pictures, got none.", where="photos", hint="tensorlite data")


@hookimpl
def register_commands(register):
    register("fail", fail)
"""


@pytest.mark.parametrize(
    ("how", "code", "stderr"),
    [
        ("data", 3, "error: photos: expected pictures, got none.\n  try: tensorlite data\n"),
        ("file", 3, "error: no/such/file: No such file or directory.\n"),
        ("exit", 7, ""),
        ("interrupt", 130, "\ninterrupted\n"),
        (
            "bug",
            1,
            "error: this is a bug, sorry: ZeroDivisionError: by zero "
            "(add --traceback to see where)\n",
        ),
    ],
)
def test_each_kind_of_failure_has_its_exit_code_and_its_sentence(
    tensorlite, tmp_path, how, code, stderr
):
    (tmp_path / "commands.py").write_text(COMMANDS)
    done = tensorlite("fail", how, "--plugin", "commands.py")
    assert (done.returncode, done.stderr, done.stdout) == (code, stderr, "")


def test_a_plugin_command_works_with_the_option_before_it_too(tensorlite, tmp_path):
    (tmp_path / "commands.py").write_text(COMMANDS)
    assert tensorlite("--plugin", "commands.py", "fail", "exit").returncode == 7
    done = tensorlite("fail", "--help", "--plugin=commands.py")
    assert "Fail in some way." in done.stdout and "--traceback" in done.stdout


def test_an_installed_command_works_and_two_of_a_name_conflict_only_when_used(tensorlite, install):
    install("a-dist", "a_dist", COMMANDS)
    path = install("b-dist", "b_dist", COMMANDS.replace('"fail"', '"to-fail"'))
    assert tensorlite("fail", "exit", **path).returncode == 7
    path = install("c-dist", "c_dist", COMMANDS)
    done = tensorlite("fail", "exit", **path)
    assert done.returncode == 2
    assert "a_dist:fail (" in done.stderr and "c_dist:fail (" in done.stderr
    assert tensorlite("c_dist:fail", "exit", **path).returncode == 7
    assert tensorlite("to-fail", "exit", **path).returncode == 7


OURS = """\
import click
from tensorlite.plugins import hookimpl


@click.command()
def layers():
    "Layers of another kind."
    click.echo("onion")


@hookimpl
def register_commands(register):
    register("layers", layers)
"""


def test_a_plugin_command_of_our_name_is_announced_and_reached_by_its_long_name(
    tensorlite, tmp_path
):
    (tmp_path / "onions.py").write_text(OURS)
    done = tensorlite("layers", "--plugin", "onions.py")
    assert "conv2d" in done.stdout and "onion" not in done.stdout
    how = "the command 'layers' is ours; theirs is 'onions:layers'"
    assert done.stderr == f"warning: plugin 'onions' (onions.py): {how}\n"
    done = tensorlite("onions:layers", "--plugin", "onions.py")
    assert (done.returncode, done.stdout) == (0, "onion\n")


def test_a_reader_that_leaves_early_is_no_error(program, environment, tmp_path):
    source = (
        "from tensorlite.plugins import hookimpl\n\n\n@hookimpl\ndef register_losses(register):\n"
    )
    source += "    for number in range(5000):\n        register(f'loss{number}', print)\n"
    (tmp_path / "many.py").write_text(source)
    command = [*program, "losses", "--plugin", "many.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read().decode()
    assert "Broken" not in error and "Traceback" not in error and "bug" not in error
    assert process.returncode == 141


def test_a_character_that_the_terminal_lacks_does_not_stop_the_output(tensorlite, tmp_path, swish):
    swish.write_text(swish.read_text().replace("x * sigmoid(x)", "σ naïve"))
    done = tensorlite("layers", "--plugin", swish, PYTHONIOENCODING="iso8859-6")
    assert done.returncode == 0 and "? na?ve" in done.stdout


def test_plugins_are_read_from_a_line_that_is_not_parsed_yet():
    line = ["--plugin", "a.py", "x", "--plugin=b", "--plugin"]
    assert list(named_plugins(line)) == ["a.py", "b"]


def test_json_output_is_pure_even_if_a_plugin_prints(tensorlite, swish):
    swish.write_text("print('noise')\n" + swish.read_text())
    done = tensorlite("layers", "--json", "--plugin", swish)
    assert "swish" in [entry["name"] for entry in json.loads(done.stdout)]
    assert "noise" in done.stderr
