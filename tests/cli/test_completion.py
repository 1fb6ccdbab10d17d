import pytest


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_script_for_the_shell_is_printed(tensorlite, shell):
    done = tensorlite("completion", shell)
    assert done.returncode == 0 and "_TENSORLITE_COMPLETE" in done.stdout
    assert done.stderr.startswith(f"put it where {shell} looks: ")


def test_the_shell_that_runs_is_the_one_that_is_meant(tensorlite):
    assert "commandline" in tensorlite("completion", SHELL="/usr/bin/fish").stdout
    done = tensorlite("completion", SHELL="/bin/strange")
    assert done.returncode == 2 and "got 'strange' from $SHELL" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tensorlite swe", ["sweep"]),
        ("tensorlite runs com", ["compare"]),
        ("tensorlite runs show fi", ["first"]),
        ("tensorlite report ", ["latest", "first"]),
        ("tensorlite lr-find lenet5 --sa", ["--save"]),
    ],
)
def test_commands_options_and_runs_are_completed(tensorlite, tmp_path, words, expected):
    (tmp_path / "runs" / "first").mkdir(parents=True)
    (tmp_path / "runs" / "first" / "STATUS").write_text("done\n")
    variables = {"_TENSORLITE_COMPLETE": "fish_complete", "COMP_WORDS": words}
    variables["COMP_CWORD"] = words.rpartition(" ")[2]
    done = tensorlite(**variables)
    assert [line.split(",")[1].split("\t")[0] for line in done.stdout.splitlines()][:2] == expected
