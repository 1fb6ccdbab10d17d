import json
import re
import signal
import subprocess
import sys

import pytest

SMALL = ("--epochs", "1", "--batch-size", "256", "--progress", "plain")


def test_a_sweep_finds_a_better_rate_than_a_bad_one(tensorlite, tmp_path):
    done = tensorlite("sweep", "lenet5", "--trials", "4", "--lr", "1e-7", *SMALL, "--name", "s")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["trial", "lr", "val_acc", "epochs", "state", "time"]
    best = next(line for line in lines if line.startswith("best"))
    assert re.fullmatch(r"best    val_acc \d+\.\d\d % with lr 0\.\d+ \(trial [1-3]\)", best)
    command = next(line for line in lines if line.startswith("next")).removeprefix("next    ")
    assert command.startswith("tensorlite train lenet5 --") and "--batch-size 256" in command
    assert [line.split()[:2] for line in done.stderr.splitlines()[-4:]] == [
        ["trial", f"{number}/4"] for number in range(1, 5)
    ]
    folder = tmp_path / "sweeps" / "s"
    assert {"sweep.toml", "report.html", "trials"} <= {path.name for path in folder.iterdir()}
    found = json.loads(tensorlite("sweep", "show", "s", "--json").stdout)
    assert found["start"] == {"lr": 1e-07} and found["results"][0]["params"] == {"lr": 1e-07}
    assert "s  " in tensorlite("sweep").stdout and "4/4" in tensorlite("sweep", "list").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_sweep_that_was_interrupted_goes_on(program, environment, tensorlite, tmp_path):
    words = ("sweep", "lenet5", "--trials", "8", "--name", "s", *SMALL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen([*program, *words], cwd=tmp_path, env=environment, **pipes) as running:
        while not running.stderr.readline().startswith("trial 1/8"):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=120)
    assert running.returncode == 130, errors
    stopped = re.search(r"stopped (\d) of 8 trials are done · tensorlite sweep resume s", errors)
    assert stopped, errors  # after the first, or the one that was already on its way
    before = (tmp_path / "sweeps" / "s" / "trials" / "0000.json").read_bytes()
    done = tensorlite("sweep", "resume", "s", "--progress", "plain")
    assert done.returncode == 0, done.stderr
    rest = [line.split()[1] for line in done.stderr.splitlines() if line.startswith("trial ")]
    assert rest == [f"{number}/8" for number in range(int(stopped[1]) + 1, 9)]
    assert (tmp_path / "sweeps" / "s" / "trials" / "0000.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["lennet5"], 2, "error: there is no model 'lennet5'. Close: lenet5"),
        (["lenet5", "--param", "lr"], 2, "error: --param: expected values such as"),
        (["lenet5", "--param", "lrr=1,2"], 2, "error: --param: there is no setting 'lrr'."),
        (["--trials", "0", "lenet5"], 2, "Error: Invalid value for '--trials'"),
        (["lenet5", "--storage", "sqlite://"], 2, "error: --storage: expected --strategy tpe"),
        (["resume", "nothing"], 3, "error: there is no sweep 'nothing' in sweeps/."),
    ],
)
def test_a_mistake_is_one_sentence_before_a_folder_is_made(
    tensorlite, tmp_path, words, code, sentence
):
    done = tensorlite("sweep", *words)
    assert done.returncode == code and done.stderr.startswith(sentence), done.stderr
    assert not (tmp_path / "sweeps").exists()


def test_a_rate_is_suggested_and_no_run_is_made(tensorlite, tmp_path):
    words = ("lr-find", "lenet5", "--steps", "60", "--low", "1e-4")
    done = tensorlite(*words, "--save", "lr.html")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^suggest [\d.e-]+$", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^next    tensorlite train lenet5 .*--lr ", done.stdout, re.MULTILINE)
    assert "*" in done.stdout and "chart   lr.html" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"lr.html"}
    assert "<svg" in (tmp_path / "lr.html").read_text("utf-8")
    found = json.loads(tensorlite(*words, "--json").stdout)
    assert len(found["rates"]) == len(found["losses"]) and found["suggestion"] > 1e-4
