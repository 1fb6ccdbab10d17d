import os
import sys
import types
from textwrap import dedent

import pytest

from tensorlite.errors import PluginError
from tensorlite.plugins import discovery, hookimpl
from tensorlite.plugins.discovery import Plugin
from tensorlite.plugins.manager import PluginManager
from tensorlite.registry import Owner, Registry

GOOD = """
    from tensorlite.plugins import hookimpl

    class Good:
        "A good thing."

    @hookimpl
    def register_layers(register):
        register("NAME", Good)
"""


class Bench:
    """A manager of its own, with two registries and a folder for plugin files."""

    def __init__(self, folder, found=()):
        self.folder, self.warnings = folder, []
        self.layers, self.losses = Registry("layer"), Registry("loss", "losses")
        registries = {"layers": self.layers, "losses": self.losses}
        self.manager = PluginManager(registries, lambda: list(found), self.warnings.append)

    def load(self, **sources):
        for name, source in sources.items():
            path = self.folder / f"{name}.py"
            path.write_text(dedent(source))
            self.manager.request(str(path))
        self.manager.load()


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def module(name, kind=types.SimpleNamespace, **functions):
    plugin = kind(**{key: hookimpl(function) for key, function in functions.items()})
    return Plugin(name, name, "installed", Owner(name, f"dist-{name}", "1.0"), lambda: plugin)


def test_a_file_registers_in_its_own_name(bench):
    bench.load(swish=GOOD.replace("NAME", "good"))
    entry = bench.layers.info("swish:good")
    assert (entry.owner, entry.summary) == ("swish", "A good thing.")
    assert entry.place == f"{bench.folder / 'swish.py'}:4"
    assert bench.warnings == []


BROKEN = {
    "syntax": ("def (", "SyntaxError: invalid syntax (broken.py, line 1)"),
    "import": ("import no_such_module_anywhere", "ModuleNotFoundError: No module named"),
    "raise": (
        "raise RuntimeError('first line\\nsecond')",
        "RuntimeError: first line (broken.py:1)",
    ),
    "exit": ("import sys; sys.exit(3)", "SystemExit: 3 (broken.py:1)"),
    "exit_base": ("raise BaseException", "BaseException (broken.py:1)"),
    "nothing": ("x = 1", "no function in it is marked with @hookimpl"),
    "hook": (
        """
        from tensorlite.plugins import hookimpl

        @hookimpl
        def register_layer(register): ...
        """,
        "there is no hook 'register_layer'. Close: register_layers",
    ),
    "argument": (
        """
        from tensorlite.plugins import hookimpl

        @hookimpl
        def register_layers(registry): ...
        """,
        "register_layers(registry); Argument(s) {'registry'}",
    ),
    "half_way": (
        """
        from tensorlite.plugins import hookimpl

        @hookimpl
        def register_layers(register):
            register("first", print)

        @hookimpl
        def register_losses(register):
            register("second", print)
            raise SystemExit("no more")
        """,
        "SystemExit: no more (broken.py:11)",
    ),
    "text": (
        """
        class Mute(Exception):
            def __str__(self):
                raise TypeError

        raise Mute
        """,
        "Mute (broken.py:6)",
    ),
    "thread": (
        """
        import threading
        from tensorlite.plugins import hookimpl

        @hookimpl
        def register_layers(register):
            thread = threading.Thread(target=register, args=("first", print))
            thread.start()
            thread.join()
            raise ValueError("after all")
        """,
        "ValueError: after all (broken.py:10)",
    ),
    "name": (
        """
        from tensorlite.plugins import hookimpl

        @hookimpl
        def register_layers(register):
            register("first", print)
            register("Not A Name", print)
        """,
        "got 'Not A Name'",
    ),
    "twice": (
        """
        from tensorlite.plugins import hookimpl

        @hookimpl
        def register_layers(register):
            register("first", print)
            register("first", len)
        """,
        "has registered this name before",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_left_out_with_one_warning_and_leaves_nothing(bench, kind):
    source, reason = BROKEN[kind]
    bench.load(broken=source, good=GOOD.replace("NAME", "good"))
    assert bench.layers.names() == ["good"] and bench.losses.names() == []
    assert len(bench.warnings) == 1
    assert reason in bench.warnings[0]
    assert "\n" not in bench.warnings[0]
    broken = bench.folder / "broken.py"
    assert f"Details: tensorlite plugins show broken --plugin {broken}" in bench.warnings[0]
    assert [plugin.status for plugin in bench.manager.plugins] == ["failed", "ok"]


def test_a_keyboard_interrupt_is_not_swallowed_and_loading_can_go_on(tmp_path):
    attempts = []

    def interrupted_once(register):
        attempts.append(1)
        register("patient", print)
        if len(attempts) == 1:
            raise KeyboardInterrupt

    def before(register):
        register("before", print)

    plugins = [module("a", register_layers=before), module("b", register_layers=interrupted_once)]
    bench = Bench(tmp_path, plugins)
    with pytest.raises(KeyboardInterrupt):
        bench.manager.load()
    assert bench.layers.names() == ["before"]
    bench.manager.load()
    assert bench.layers.names() == ["before", "patient"]
    assert bench.warnings == []


def test_the_warning_names_distribution_and_version(tmp_path):
    def fails(register):
        raise ValueError("no")

    bench = Bench(tmp_path, [module("theirs", register_layers=fails)])
    bench.manager.load()
    assert bench.warnings[0].startswith("warning: plugin 'theirs' (dist-theirs 1.0) is left out: ")


def test_a_plugin_that_looks_a_name_up_while_it_is_loaded_sees_what_came_before(tmp_path):
    seen = []
    bench = Bench(
        tmp_path,
        [
            module("a", register_layers=lambda register: register("first", print)),
            module("b", register_layers=lambda register: seen.extend(bench.layers.names())),
        ],
    )
    bench.layers._filled = lambda: (bench.manager.load(), bench.layers._entries)[1]
    assert bench.layers.names() == ["first"]
    assert seen == ["first"]


def test_a_file_is_imported_once_however_it_is_named(bench, monkeypatch):
    monkeypatch.chdir(bench.folder)
    path = bench.folder / "once.py"
    path.write_text(dedent(GOOD.replace("NAME", "once")))
    for name in (str(path), "once.py", "./once.py"):
        bench.manager.request(name)
        bench.manager.load()
    assert bench.layers.names() == ["once"] and bench.warnings == []
    assert len(bench.manager.plugins) == 1


def test_two_plugins_of_one_name_are_told_apart(bench):
    (bench.folder / "sub").mkdir()
    other = bench.folder / "sub" / "same.py"
    other.write_text(dedent(GOOD.replace("NAME", "other")))
    bench.load(same=GOOD.replace("NAME", "same"))
    bench.manager.request(str(other))
    bench.manager.load()
    assert bench.layers.names() == ["same"]
    assert "the plugin name 'same' belongs to 'same'" in bench.warnings[0]


def test_a_decorator_in_a_plugin_file_belongs_to_the_plugin(bench):
    bench.manager.load()
    source = """
        import tensorlite as tl

        @tl.layers.register("blur_pool_of_a_test")
        class BlurPool(tl.nn.Module):
            "Blurs."

            def forward(self, x): ...

        raise RuntimeError("so that it is taken back")
    """
    bench.load(decorated=source)
    (plugin,) = bench.manager.plugins
    assert plugin.provides == [("layer", "blur_pool_of_a_test")]


def test_a_plugin_object_that_cannot_be_hashed_harms_nobody(tmp_path):
    class Unhashable(types.SimpleNamespace):
        __hash__ = None

    names = ["a", "b"]
    functions = {name: lambda register, name=name: register(name, print) for name in names}
    plugins = [module(name, Unhashable, register_layers=functions[name]) for name in names]
    bench = Bench(tmp_path, plugins)
    bench.manager.load()
    assert bench.layers.names() == names and bench.warnings == []


def test_an_entry_point_may_be_a_class(tmp_path):
    class Hooks:
        @hookimpl
        def register_layers(self, register):
            register("from_a_class", print)

    plugin = Plugin("hooks", "hooks", "installed", Owner("hooks"), lambda: Hooks)
    bench = Bench(tmp_path, [plugin])
    bench.manager.load()
    assert bench.layers.names() == ["from_a_class"]


def test_what_a_plugin_prints_goes_to_standard_error(bench, capsys):
    bench.load(loud="print('hello')\n" + dedent(GOOD.replace("NAME", "loud")))
    assert capsys.readouterr() == ("", "hello\n")


def test_a_missing_name_is_traced_to_the_plugin_that_failed(bench):
    bench.load(half=BROKEN["half_way"][0], syntax="register('third') def (")
    reason, command = bench.manager.why_missing("layer", "first")
    assert "'half'" in reason and "no more" in reason
    assert command == f"tensorlite plugins show half --plugin {bench.folder / 'half.py'}"
    assert "SyntaxError" in bench.manager.why_missing("layer", "third")[0]
    assert bench.manager.why_missing("layer", "fourth") == ("", None)


def test_an_unknown_plugin_is_an_error_with_close_names(bench):
    bench.load(swish=GOOD.replace("NAME", "swish"))
    with pytest.raises(PluginError, match="Close: swish. All 1: tensorlite plugins"):
        bench.manager.named("swsh")


def test_a_file_that_is_not_there_is_an_error_at_once(bench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PluginError, match=r"nope.py is not there"):
        bench.manager.request("nope.py")
    with pytest.raises(PluginError, match="is a folder"):
        bench.manager.request(f"{tmp_path}")
    (tmp_path / "near.py").write_text("")
    with pytest.raises(PluginError, match=r"no module 'near'.*--plugin near.py"):
        bench.manager.request("near")


def test_a_module_can_be_named(bench, monkeypatch):
    (bench.folder / "a_module_of_a_test.py").write_text(dedent(GOOD.replace("NAME", "modular")))
    monkeypatch.syspath_prepend(bench.folder)
    bench.manager.request("a_module_of_a_test")
    bench.manager.load()
    assert bench.layers.names() == ["modular"]
    sys.modules.pop("a_module_of_a_test")


def test_finding_the_built_in_plugins_imports_nothing():
    names = [plugin.name for plugin in discovery.built_in()]
    assert names == ["tensorlite", "zoo"]


def test_what_a_failed_plugin_changed_of_the_process_is_as_before(bench, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TENSORLITE_STRICT_PLUGINS", raising=False)
    path = list(sys.path)
    bench.load(
        mover="""
        import os, sys
        os.chdir("/")
        os.environ["TENSORLITE_STRICT_PLUGINS"] = "1"
        sys.path.append("nowhere")
        raise ValueError("gone")
        """
    )
    assert os.getcwd() == str(tmp_path) and sys.path == path
    assert "TENSORLITE_STRICT_PLUGINS" not in os.environ and "gone" in bench.warnings[0]
