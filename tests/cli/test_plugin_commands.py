"""Commands in the group ``tensorlite.commands``: listed from metadata, imported when they run."""

import pytest

COMMAND = """\
import click


@click.command()
@click.option("--loud", is_flag=True)
def greet(loud):
    "Say hello."
    click.echo("HELLO" if loud else "hello from " + __name__)
"""


@pytest.fixture
def offer(install):
    """Install a distribution that offers the command ``greet``."""

    def offer(module, source=COMMAND, command="greet"):
        name = f"{command} = {module}:greet\n; other"
        return install(f"dist-{module}", module, source, name=name, group="tensorlite.commands")

    return offer


def test_help_and_completion_list_it_without_importing_it(tensorlite, offer):
    path = offer("one", "raise RuntimeError('I was imported')")
    done = tensorlite("--help", **path)
    assert done.stderr == ""
    assert "From plugins:\n  greet  dist-one 1.2\n" in done.stdout
    words = {"COMP_WORDS": "tensorlite gr", "COMP_CWORD": "1"}
    done = tensorlite(_TENSORLITE_COMPLETE="bash_complete", **words, **path)
    assert (done.stdout, done.stderr) == ("plain,greet\n", "")
    words = {"COMP_WORDS": "tensorlite greet --", "COMP_CWORD": "2"}
    assert tensorlite(_TENSORLITE_COMPLETE="bash_complete", **words, **path).stderr == ""


def test_running_it_imports_it_and_no_other_plugin(tensorlite, offer, install):
    install("dist-broken", "broken", "raise RuntimeError")
    path = offer("one")
    done = tensorlite("greet", "--loud", **path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "HELLO\n", "")
    assert "--traceback" in tensorlite("greet", "--help", **path).stdout


def test_two_of_a_name_are_an_error_only_when_the_name_is_used(tensorlite, offer, tmp_path):
    offer("two")
    path = offer("one")
    listed = tensorlite("--help", **path).stdout
    assert "  dist-one:greet  dist-one 1.2\n  dist-two:greet  dist-two 1.2\n" in listed
    done = tensorlite("greet", **path)
    assert done.returncode == 2
    assert "dist-one:greet (dist-one 1.2, one:greet) and dist-two:greet" in done.stderr
    assert tensorlite("dist-two:greet", **path).stdout == "hello from two\n"
    (tmp_path / "tensorlite.toml").write_text('plugins.prefer = ["dist-two:greet"]')
    assert tensorlite("greet", **path).stdout == "hello from two\n"


def test_one_that_is_called_like_ours_is_reached_by_its_long_name(tensorlite, offer):
    path = offer("one", command="layers")
    assert "dist-one:layers  dist-one 1.2" in tensorlite("--help", **path).stdout
    assert "conv2d" in tensorlite("layers", **path).stdout
    assert tensorlite("dist-one:layers", **path).stdout == "hello from one\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys; sys.exit(7)", "SystemExit: 7"),
        ("def (", "SyntaxError: invalid syntax (one.py, line 1)"),
        ("greet = 5", "expected a Click command at one:greet, got 5"),
        ("", "AttributeError: module 'one' has no attribute 'greet'"),
    ],
)
def test_a_broken_one_is_its_plugins_fault(tensorlite, offer, source, reason):
    done = tensorlite("greet", **offer("one", source))
    assert done.returncode == 4
    assert done.stderr == (
        f"error: command 'greet': the plugin 'dist-one' (dist-one 1.2) failed: {reason}.\n"
        "  try: tensorlite plugins doctor dist-one\n"
    )


def test_one_of_a_plugin_that_is_switched_off_is_gone(tensorlite, offer):
    path = offer("one")
    assert "greet" not in tensorlite("--help", TENSORLITE_DISABLE="dist-one", **path).stdout
    assert tensorlite("greet", TENSORLITE_DISABLE="dist-one", **path).returncode == 2
