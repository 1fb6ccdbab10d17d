"""What the machine does not give is one sentence with its exit code, through the entry point."""

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource", reason="limits of memory are a matter of Unix")


@pytest.fixture
def limited(program, environment, tmp_path):
    """Run a command line with so many megabytes of address space."""

    def run(megabytes, *words):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

        return subprocess.run(
            [*program, *words],
            cwd=tmp_path,
            env=environment,
            preexec_fn=limit,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted by Linux")
@pytest.mark.parametrize("megabytes", [60, 120, 250, 500, 700])
def test_too_little_memory_is_said_before_anything_is_begun(limited, tmp_path, megabytes):
    done = limited(megabytes, "train", "lenet5", "--epochs", "1")
    assert done.returncode == 3 and not list(tmp_path.glob("runs")), done.stderr
    assert done.stderr.startswith("error: ulimit -v: expected 768 MB of address space for ")
    assert done.stderr.endswith("\n  try: ulimit -v unlimited\n") and done.stderr.count("\n") == 2


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("failed to map segment from shared object"),
    ],
)
def test_a_lack_of_memory_is_no_bug_whoever_says_it(capsys, monkeypatch, error):
    from tensorlite import cli

    def fail(*_, **__):
        raise error

    monkeypatch.setattr("tensorlite.cli.app.cli.main", fail)
    assert cli.run(["train"]) == 3
    assert capsys.readouterr().err.startswith("error: the memory is not enough")
