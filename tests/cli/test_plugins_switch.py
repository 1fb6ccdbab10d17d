"""Switching plugins on and off; what is switched off is never imported."""

import json

import pytest

SLEEPY = "raise RuntimeError('I was imported')\n"


@pytest.fixture
def config(tmp_path):
    return {"TENSORLITE_CONFIG_DIR": str(tmp_path / "config")}


@pytest.fixture
def line(tensorlite, config):
    """Run a command line with choices of its own; gives exit code, output and complaints."""

    def line(text, **variables):
        done = tensorlite(*text.split(), **config, **variables)
        return done.returncode, done.stdout, done.stderr

    return line


def test_a_plugin_that_is_switched_off_is_neither_imported_nor_missed(line, install):
    path = install("my-dist", "loud", SLEEPY)
    assert "I was imported" in line("layers relu", **path)[2]
    code, _, said = line("plugins disable loud", **path)
    assert code == 0 and said == "loud is off. On again: tensorlite plugins enable loud\n"
    assert line("layers relu", **path)[2] == ""
    code, listed, said = line("plugins list --json", **path)
    (about,) = [plugin for plugin in json.loads(listed) if plugin["name"] == "loud"]
    assert (about["status"], about["reason"], said) == ("disabled", "it is switched off", "")
    assert about["remedy"] == "tensorlite plugins enable loud"
    assert line("plugins enable loud", **path)[0] == 0
    assert "I was imported" in line("layers relu", **path)[2]


def test_switching_off_imports_nothing(line, install):
    path = install("my-dist", "loud", "import sys; sys.exit(9)\n")
    for name in ("loud", "my-dist"):
        assert line(f"plugins disable {name}", **path)[0] == 0
    code, _, said = line("plugins disable lod", **path)
    assert code == 4 and said.startswith("error: there is no plugin 'lod'. Close: loud.")
    assert line("plugins disable tensorlite", **path)[0] == 2


@pytest.mark.parametrize(
    ("variables", "imported"),
    [
        ({"TENSORLITE_PLUGINS": ""}, []),
        ({"TENSORLITE_PLUGINS": "b_one"}, ["b_one"]),
        ({"TENSORLITE_PLUGINS": "dist-a, b_one"}, ["a_one", "b_one"]),
        ({"TENSORLITE_DISABLE": "a_one,other"}, ["b_one"]),
    ],
)
def test_the_environment_says_which_plugins_are_imported(line, install, variables, imported):
    install("dist-a", "a_one", SLEEPY)
    path = install("dist-b", "b_one", SLEEPY)
    code, listed, said = line("plugins list --json", **path, **variables)
    found = {plugin["name"]: plugin["status"] for plugin in json.loads(listed)}
    assert [name for name, status in found.items() if status == "failed"] == imported
    assert len(said.splitlines()) == len(imported) and code == 0
    assert found["tensorlite"] == found["zoo"] == "ok"


def test_a_file_that_was_switched_on_is_loaded_until_it_changes(line, swish):
    assert line("plugins enable swish.py")[0] == 0
    assert line("layers swish")[0] == 0
    swish.write_text(swish.read_text() + "# changed\n")
    code, _, said = line("layers swish")
    assert code == 2
    assert "the file has changed since it was switched on" in said
    assert said.endswith(f"  try: tensorlite plugins enable {swish}\n")
    assert line("plugins enable swish.py")[0] == 0
    assert line("layers swish")[0] == 0
    assert line("plugins disable swish.py")[0] == 0
    assert line("layers swish")[0] == 2


def test_a_lost_name_of_a_plugin_that_is_switched_off_says_so(line, swish, install):
    path = install("my-layers", "my_layers", swish.read_text())
    line("plugins disable my_layers", **path)
    code, _, said = line("layers swish", **path)
    assert code == 2
    assert "The plugin 'my_layers' (my-layers 1.2) may have it: it is switched off." in said
    assert said.endswith("  try: tensorlite plugins enable my_layers\n")


def test_choices_that_cannot_be_read_load_nothing_and_stop_nobody(line, install, tmp_path):
    path = install("my-dist", "loud", SLEEPY)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "plugins.toml").write_text("disabled = loud")
    code, _, said = line("layers relu", **path)
    assert code == 0
    assert said.startswith("warning: only what is built in is loaded: ")
    assert len(said.splitlines()) == 1 and "plugins.toml" in said


def test_a_folder_with_a_tensorlite_toml_cannot_name_code(line, swish, tmp_path):
    (tmp_path / "tensorlite.toml").write_text(f"[plugins]\nfiles = ['{swish}']\n")
    assert line("layers swish")[0] == 2


def test_an_ambiguous_name_is_settled_by_the_line_that_the_error_shows(
    line, install, swish, tmp_path
):
    install("dist-b", "b_one", swish.read_text())
    path = install("dist-a", "a_one", swish.read_text())
    code, listed, _ = line("plugins --json", **path)
    found = {plugin["name"]: plugin["status"] for plugin in json.loads(listed)}
    assert found["a_one"] == found["b_one"] == "conflict"
    code, _, said = line("layers swish", **path)
    assert code == 2
    assert "a_one:swish (site/a_one.py:4) and b_one:swish (site/b_one.py:4)" in said
    setting = said.rstrip().rpartition(": ")[2]
    assert setting == 'plugins.prefer = ["a_one:swish"]'
    (tmp_path / "tensorlite.toml").write_text(setting)
    code, shown, _ = line("layers swish --json", **path)
    assert code == 0 and json.loads(shown)["owner"] == "a_one"
