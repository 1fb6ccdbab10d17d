import functools

import pytest

from tensorlite.errors import ConfigError, PluginError, UnknownNameError
from tensorlite.registry import REGISTRIES, Entry, Owner, Registry, transaction


class Swish:
    """x * sigmoid(x).

    A second paragraph.
    """

    def __init__(self, beta: float = 1.0, *, fast: bool = False) -> None:
        self.beta = beta


def double(x):
    return 2 * x


@pytest.fixture
def things():
    return Registry("thing")


def register_as(registry, owner, name, obj=Swish):
    with transaction(Owner(owner)):
        registry.register(name, obj)


def test_a_registered_object_is_found_by_its_short_and_by_its_qualified_name(things):
    register_as(things, "ours", "swish")
    assert things.get("swish") is Swish
    assert things.get("ours:swish") is Swish
    assert "swish" in things and "ours:swish" in things and len(things) == 1


def test_an_entry_says_where_its_object_comes_from(things):
    with transaction(Owner("ours", "our-package", "1.2")):
        things.register("swish", Swish, splits=("train",))
    entry = things.info("swish")
    assert (entry.kind, entry.owner, entry.distribution, entry.version) == (
        "thing",
        "ours",
        "our-package",
        "1.2",
    )
    assert entry.summary == "x * sigmoid(x)."
    assert entry.doc.endswith("A second paragraph.")
    assert entry.file == __file__
    assert entry.place.endswith("test_registry.py:9")
    assert entry.signature == "(beta: float = 1.0, *, fast: bool = False)"
    assert entry.details == {"splits": ("train",)}


def test_a_summary_that_is_given_wins_over_the_docstring(things):
    things.register("swish", Swish, summary="A smooth relu.")
    assert things.info("swish").summary == "A smooth relu."


def test_objects_and_partials_point_to_the_code_behind_them(things):
    things.register("two", functools.partial(double, 2))
    things.register("swish", Swish)
    readers = Registry("reader", needs=("beta",))
    readers.register("object", Swish())
    assert things.info("two").line == double.__code__.co_firstlineno
    assert readers.info("object").line == things.info("swish").line


def test_an_object_without_python_source_has_no_place(things):
    things.register("length", len)
    assert things.info("length").file is None
    assert things.info("length").place == "-"


def test_register_works_as_a_decorator_and_the_owner_is_the_script(things):
    @things.register("blur_pool")
    class BlurPool:
        pass

    assert things.get("blur_pool") is BlurPool
    assert things.info("blur_pool").qualified == "__main__:blur_pool"


@pytest.mark.parametrize("name", ["", "Conv", "2d", "a-b", "a:b", "_a", "naïve", "a b"])
def test_a_malformed_name_is_refused(things, name):
    with pytest.raises(ConfigError, match="lower-case"):
        things.register(name, Swish)


def test_one_owner_cannot_register_a_name_twice(things):
    things.register("swish", Swish)
    with pytest.raises(ConfigError, match=r"registered this name before, at .*test_registry.py:9"):
        things.register("swish", double)


def test_an_object_that_cannot_do_what_its_kind_needs_is_refused(things):
    with pytest.raises(ConfigError, match="something callable"):
        things.register("five", 5)
    with pytest.raises(ConfigError, match=r"with sniff, open\(\)"):
        Registry("reader", needs=("sniff", "open")).register("five", Swish)


@pytest.mark.parametrize("order", [("tensorlite", "theirs"), ("theirs", "tensorlite")])
def test_a_built_in_keeps_the_short_name_whoever_comes_first(things, order):
    objects = {"tensorlite": Swish, "theirs": double}
    for owner in order:
        register_as(things, owner, "swish", objects[owner])
    assert things.get("swish") is Swish
    assert things.get("theirs:swish") is double
    assert things.names() == ["swish", "theirs:swish"]


def test_two_strangers_conflict_only_when_the_short_name_is_used(things):
    register_as(things, "a", "swish")
    register_as(things, "b", "swish", double)
    assert things.names() == ["a:swish", "b:swish"]
    assert things.get("b:swish") is double
    assert "swish" not in things
    with pytest.raises(UnknownNameError) as caught:
        things.get("swish")
    message = str(caught.value)
    assert "a:swish (" in message and "b:swish (" in message
    assert message.count("test_registry.py:") == 2


def test_an_unknown_name_says_what_is_close_and_which_command_lists_all(things):
    register_as(things, "tensorlite", "lenet5")
    register_as(things, "tensorlite", "nin")
    with pytest.raises(UnknownNameError) as caught:
        things.get("lennet5")
    expected = "there is no thing 'lennet5'. Close: lenet5. All 2: tensorlite things"
    assert str(caught.value) == expected
    with pytest.raises(KeyError):
        things.info("theirs:lenet5")


def test_create_passes_arguments_on(things):
    things.register("swish", Swish)
    assert things.create("swish", 2.0).beta == 2.0
    assert things.create("swish", beta=3.0).beta == 3.0


def test_create_names_the_options_that_are_close_to_an_unknown_one(things):
    things.register("swish", Swish)
    with pytest.raises(UnknownNameError) as caught:
        things.create("swish", bta=2.0)
    expected = "thing 'swish': there is no option 'bta'. Close: beta. All 2: beta, fast."
    assert str(caught.value) == expected


def test_create_says_how_to_call_when_an_argument_is_missing(things):
    things.register("double", double)
    with pytest.raises(ConfigError, match=r"missing a required argument: 'x'. double\(x\)"):
        things.create("double")


@pytest.mark.parametrize("option", [{"beta": "x"}, {"beta": True}, {"beta": float("nan")}])
def test_create_refuses_an_option_of_another_kind(things, option):
    register_as(things, "ours", "swish")
    with pytest.raises(ConfigError, match="thing 'swish': expected .*a number, got"):
        things.create("swish", **option)
    with pytest.raises(ConfigError, match="expected fast as true or false, got fast=1"):
        things.create("swish", fast=1)
    assert things.create("swish", beta=2, fast=True).beta == 2


def test_a_reserved_name_works_only_with_its_owner_in_front(things):
    things.reserved = frozenset({"swish"})
    register_as(things, "theirs", "swish")
    register_as(things, "theirs", "free")
    assert things.names() == ["free", "theirs:swish"]
    assert things.get("theirs:swish") is Swish


def test_a_name_may_be_a_file_that_is_read():
    models = Registry("model")
    models.files[".toml"] = lambda path: Entry(path, "model", path.upper(), Owner("__main__"))
    assert models.get("a.toml") == "A.TOML" and "b.toml" in models
    with pytest.raises(UnknownNameError, match=r"'a.tom'\. All 0"):
        models.get("a.tom")
    with pytest.raises(UnknownNameError, match=r"'a'\. All 0"):
        models.get("a")


def test_a_failure_of_a_plugin_names_it_with_the_line_and_the_error_in_one_line(things):
    register_as(things, "theirs", "double", double)
    with pytest.raises(PluginError) as caught:
        things.create("double", None)
    line = double.__code__.co_firstlineno + 1
    assert str(caught.value) == (
        "thing 'double': the plugin 'theirs' failed: TypeError: unsupported operand type(s) for *:"
        f" 'int' and 'NoneType' (test_registry.py:{line})."
    )
    assert isinstance(caught.value.__cause__, TypeError)


def test_a_failure_in_other_code_names_where_the_plugin_defined_its_object(things):
    register_as(things, "theirs", "lines", functools.partial(double, x=None))
    with pytest.raises(PluginError, match="test_registry.py"):
        things.create("lines")
    register_as(things, "theirs", "length", len)
    with pytest.raises(PluginError, match=r"'int' has no len\(\) \(-\)\.$"):
        things.create("length", 1)


def test_errors_on_purpose_pass_through_a_plugin_unchanged(things):
    def refuses():
        raise ConfigError("expected more.")

    register_as(things, "theirs", "refuses", refuses)
    with pytest.raises(ConfigError, match="^expected more.$"):
        things.create("refuses")


def test_what_is_built_in_fails_as_it_is(things):
    register_as(things, "tensorlite", "double", double)
    with pytest.raises(TypeError):
        things.create("double", None)


def test_a_detail_that_names_a_file_is_a_path_or_the_plugins_fault(things, tmp_path):
    (tmp_path / "card.md").write_text("x")
    with transaction(Owner("theirs")):
        things.register("swish", Swish, card=tmp_path / "card.md", recipe=tmp_path / "no.toml")
    entry = things.info("swish")
    assert entry.path("card") == tmp_path / "card.md" and entry.path("other") is None
    with pytest.raises(PluginError, match=r"plugin 'theirs' \(.*test_registry.py:\d+\) has no rec"):
        entry.path("recipe")


def test_an_error_inside_what_is_created_is_not_ours(things):
    things.register("double", double)
    with pytest.raises(TypeError) as caught:
        things.create("double", None)
    assert not isinstance(caught.value, ConfigError)


def test_a_transaction_that_fails_leaves_nothing_behind(things):
    register_as(things, "before", "swish")
    others = Registry("other")
    with pytest.raises(SystemExit), transaction(Owner("broken")) as journal:
        things.register("swish", double)
        others.register("swish", double)
        raise SystemExit
    assert things.names() == ["swish"] and things.get("swish") is Swish
    assert others.names() == []
    assert [(entry.kind, entry.name) for _, entry in journal] == [
        ("thing", "swish"),
        ("other", "swish"),
    ]


def test_after_a_transaction_the_script_is_the_owner_again(things):
    with transaction(Owner("ours")):
        pass
    things.register("swish", Swish)
    assert things.info("swish").owner == "__main__"


def test_names_and_entries_are_sorted_and_go_together(things):
    for name in ("tanh", "relu", "conv2d"):
        things.register(name, Swish)
    assert things.names() == ["conv2d", "relu", "tanh"]
    assert [entry.name for entry in things] == things.names()
    assert dict(things.items())["relu"] is things.info("relu")


def test_there_is_one_registry_for_each_hook():
    from tensorlite.plugins import hookspecs

    hooks = {name for name in vars(hookspecs) if name.startswith("register_")}
    assert hooks == {f"register_{plural}" for plural in REGISTRIES}
