import json
import re

import pytest

BROKEN = {
    "aa_import": "import no_such_module_anywhere",
    "bb_syntax": "def (",
    "cc_exit": "raise SystemExit(9)",
    "dd_hook": (
        "from tensorlite.plugins import hookimpl\n\n@hookimpl\ndef register_layer(register): ...\n"
    ),
    "ee_argument": (
        "from tensorlite.plugins import hookimpl\n\n@hookimpl\ndef register_layers(layers): ...\n"
    ),
    "ff_half_way": (
        "from tensorlite.plugins import hookimpl\n\n@hookimpl\ndef register_layers(register):\n"
        "    register('half', type('Half', (), {}))\n    raise ValueError('half-way')\n"
    ),
}


def test_six_broken_plugins_cost_six_lines_and_nothing_else(tensorlite, install, swish):
    whole = tensorlite("layers", "--plugin", swish)
    for module, source in BROKEN.items():
        path = install(f"dist-{module.replace('_', '-')}", module, source)
    done = tensorlite("layers", "--plugin", swish, **path)
    assert (done.returncode, done.stdout) == (whole.returncode, whole.stdout)
    assert len(done.stderr.splitlines()) == 6
    for module, line in zip(BROKEN, done.stderr.splitlines(), strict=True):
        distribution = f"dist-{module.replace('_', '-')}"
        assert line.startswith(f"warning: plugin '{module}' ({distribution} 1.2) is left out: ")
        assert line.endswith(f". Details: tensorlite plugins show {module}")


WITHOUT = {  # what every command exits with, broken plugins or not
    "train no-such-model": 2,
    "evaluate latest": 3,
    "fine-tune latest": 2,
    "predict latest no.png": 3,
    "runs": 0,
    "models": 0,
    "summary lenet5": 0,
    "layers": 0,
    "functions relu": 0,
    "losses": 0,
    "optimizers": 0,
    "schedules": 0,
    "augmentations": 0,
    "metrics": 0,
    "callbacks": 0,
    "readers": 0,
    "data": 0,
    "data info digits": 0,
    "plugins": 0,
    "plugins disable aa_import": 0,
    "plugins doctor zoo --budget 0.01": 4,
    "doctor": 0,
    "no-such-command": 2,
    "--help": 0,
    "--version": 0,
}
IMPORTS_NOTHING = ("runs", "plugins disable", "plugins doctor", "--", "evaluate", "predict", "fine")


@pytest.mark.slow
@pytest.mark.parametrize("line", WITHOUT)
def test_every_command_exits_with_six_broken_plugins_as_without_them(tensorlite, install, line):
    for module, source in BROKEN.items():
        path = install(f"dist-{module.replace('_', '-')}", module, source)
    done = tensorlite(*line.split(), **path)
    assert done.returncode == WITHOUT[line], done.stderr
    warnings = [text for text in done.stderr.splitlines() if text.startswith("warning: plugin")]
    assert len(warnings) == (0 if line.startswith(IMPORTS_NOTHING) else 6)
    assert "Traceback" not in done.stderr


def test_the_author_of_a_plugin_gets_the_traceback_of_the_first_failure(tensorlite, install):
    for module in ("aa_import", "ff_half_way"):
        path = install(f"dist-{module.replace('_', '-')}", module, BROKEN[module])
    done = tensorlite("layers", TENSORLITE_STRICT_PLUGINS="1", **path)
    assert (done.returncode, done.stdout) == (4, "")
    assert "Traceback" in done.stderr and "aa_import.py" in done.stderr
    assert "ff_half_way" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: plugin 'aa_import' (dist-aa-import 1.2): ModuleNotFoundError")


def test_metadata_that_are_no_text_harm_nobody(tensorlite, install, tmp_path):
    path = install("odd", "odd", "import no_such_module_anywhere")
    (tmp_path / "site" / "odd-1.2.dist-info" / "entry_points.txt").write_bytes(
        b"[tensorlite]\n\xff\xfe = odd\nodd = odd\nno sense\n"
    )
    (tmp_path / "site" / "odd-1.2.dist-info" / "METADATA").write_bytes(b"\xff\x00")
    done = tensorlite("losses", **path)
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 2
    assert "'odd' (odd 1.2) is left out: ModuleNotFoundError" in done.stderr


def test_the_list_says_what_each_plugin_brings_and_which_failed(tensorlite, install, swish):
    install("my-layers", "my_layers", swish.read_text())
    path = install("dist-broken", "broken", "import no_such_module_anywhere")
    done = tensorlite("plugins", **path)
    lines = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()]
    assert lines[0] == ["NAME", "VERSION", "API", "IMPORT", "STATUS", "FROM", "PROVIDES"]
    # Built-ins, the zoo, then the others by distribution.
    assert [line[0] for line in lines[1:]] == ["tensorlite", "zoo", "broken", "my_layers"]
    assert re.fullmatch(r"\d+ ms", lines[4].pop(3))
    assert lines[4][1:] == ["1.2", "-", "ok", "my-layers", "layer 1"]
    assert lines[3][4] == "failed" and "ModuleNotFoundError" in lines[3][6]
    found = {
        plugin["name"]: plugin
        for plugin in json.loads(tensorlite("plugins", "--json", **path).stdout)
    }
    assert found["my_layers"]["provides"] == [{"kind": "layer", "name": "swish"}]
    assert found["broken"]["status"] == "failed" and "Traceback" in found["broken"]["trace"]


def test_a_plugin_is_shown_with_every_object_and_its_place(tensorlite, install, swish):
    path = install("my-layers", "my_layers", swish.read_text())
    done = tensorlite("plugins", "show", "my_layers", **path)
    assert done.returncode == 0
    assert "my-layers 1.2" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("layer ")]
    assert line.split()[1] == "swish" and line.split()[2].endswith("my_layers.py:4")


def test_a_failed_plugin_is_shown_with_its_traceback(tensorlite, install):
    path = install("dist-broken", "broken", "import no_such_module_anywhere")
    done = tensorlite("plugins", "show", "broken", **path)
    assert done.returncode == 0
    assert "Traceback" in done.stdout and "broken.py" in done.stdout


def test_a_lost_name_leads_to_the_plugin_that_lost_it(tensorlite, install):
    path = install("dist-ff-half-way", "ff_half_way", BROKEN["ff_half_way"])
    done = tensorlite("layers", "half", **path)
    assert done.returncode == 2
    error = [line for line in done.stderr.splitlines() if not line.startswith("warning")]
    assert error[0].startswith("error: there is no layer 'half'. The plugin 'ff_half_way'")
    assert "half-way" in error[0]
    assert error[1] == "  try: tensorlite plugins show ff_half_way"


def test_an_unknown_plugin_exits_with_4_and_a_missing_file_too(tensorlite):
    done = tensorlite("plugins", "show", "zo")
    assert done.returncode == 4 and "Close: zoo." in done.stderr
    done = tensorlite("layers", "--plugin", "nope.py")
    assert done.returncode == 4
    assert done.stderr == "error: the plugin file nope.py is not there.\n  try: --plugin FILE.py\n"


def test_an_entry_point_of_a_bad_form_is_only_a_warning(tensorlite, install):
    path = install("bad-form", "bad_form", "", name="bad_form = not a module at all :")
    done = tensorlite("plugins", **path)
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1


def test_doctor_exits_with_4_and_names_what_failed(tensorlite, install, swish):
    path = install("dist-broken", "broken", "import no_such_module_anywhere")
    done = tensorlite("plugins", "doctor", **path)
    assert done.returncode == 4
    assert done.stdout.startswith("failed   broken · loading · ModuleNotFoundError: No module")
    assert done.stderr == (
        "error: plugins doctor: 1 of 1 checks failed, loading of 'broken' first.\n"
    )
    done = tensorlite("plugins", "doctor", "broken", "--json", **path)
    (finding,) = json.loads(done.stdout)
    assert (finding["plugin"], finding["what"], finding["result"]) == (
        "broken",
        "loading",
        "failed",
    )


def test_doctor_without_plugins_says_so(tensorlite):
    done = tensorlite("plugins", "doctor")
    assert (done.returncode, done.stdout) == (0, "")
    assert "tensorlite plugins doctor zoo" in done.stderr


def test_new_prints_what_it_wrote_and_what_to_type_next(tensorlite, tmp_path):
    done = tensorlite("plugins", "new", "tensorlite-cut", "--kind", "augmentation")
    assert done.returncode == 0
    for line in done.stdout.splitlines():
        assert (tmp_path / line).is_file()
    assert done.stderr.splitlines()[0] == (
        "next    cd tensorlite-cut && pip install -e . && pytest"
    )
    done = tensorlite("plugins", "new", "tensorlite-cut")
    assert done.returncode == 3 and "is there already" in done.stderr
