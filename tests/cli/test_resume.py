"""``resume`` and the files of settings, through the program."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tensorlite import zoo

SHORT = ("train", "lenet5", "--epochs", "2", "--limit-train", "300", "--no-augment", "--name", "x")


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_run_that_was_terminated_goes_on_to_the_same_bytes(
    tensorlite, program, environment, tmp_path
):
    words = [*program, *SHORT, "--max-time", "1h", "--epochs", "30"]
    running = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, encoding="utf-8", bufsize=1
    )
    for line in running.stderr:
        if line.startswith("epoch"):
            running.terminate()
            break
    running.communicate()
    assert running.returncode == 143
    assert (tmp_path / "runs" / "x" / "STATUS").read_text() == "interrupted\n"
    done = tensorlite("resume", "latest", "--epochs", "31", "--json")
    assert done.returncode == 0 and "resume  runs/x after " in done.stderr, done.stderr
    again = tensorlite("resume", "x")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == (
        "done    runs/x has ended after 31 epochs\nmore    tensorlite resume x --epochs +5\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nowhere"], 3, "error: there is no run 'nowhere' in runs/."),
        (["latest"], 3, "error: there are no runs in runs/ yet."),
        ([], 2, "Error: Missing argument 'RUN'."),
    ],
)
def test_what_cannot_be_resumed_is_one_sentence(tensorlite, words, code, sentence):
    done = tensorlite("resume", *words)
    assert done.returncode == code and done.stderr.startswith(sentence), done.stderr


def test_all_settings_are_printed_with_their_places_and_nothing_is_written(tensorlite, tmp_path):
    (tmp_path / "tensorlite.toml").write_text("seed = 7\nlr = 0.5\n", encoding="utf-8")
    (tmp_path / "my.toml").write_text('# mine\nlr = 0.25\nmodel = "lenet5"\n', encoding="utf-8")
    done = tensorlite("train", "-c", "my.toml", "--epochs", "3", "--explain")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 'model = "lenet5"  # my.toml:3' in lines and "lr = 0.25  # my.toml:2" in lines
    assert "seed = 7  # tensorlite.toml:1" in lines and "epochs = 3  # --epochs" in lines
    assert any(line.startswith("batch_size = ") and "recipe lenet.toml" in line for line in lines)
    plain = tensorlite("train", "-c", "my.toml", "--epochs", "3", "--dry-run")
    assert tomllib.loads(plain.stdout) == tomllib.loads(done.stdout)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("epochs = 1\nlrr = 1\n", 2, "error: my.toml:2: there is no setting 'lrr'. Close: lr."),
        ("epochs = 0\n", 2, "error: my.toml:1: expected epochs as a number above 0, got 0."),
        ("epochs = \n", 3, "error: my.toml: is not TOML: "),
        ("[optimizer]\nlr = 1\n", 2, "error: my.toml:1: expected optimizer as text"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(tensorlite, tmp_path, text, code, sentence):
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    done = tensorlite("train", "lenet5", "-c", "my.toml")
    assert done.returncode == code and done.stderr.startswith(sentence), done.stderr


def test_augmentations_that_are_given_one_by_one_add_up(tensorlite):
    done = tensorlite(*SHORT[:2], "--augment", "invert, shift(2)", "--augment", "rotation(10)",
                      "--dry-run")  # fmt: skip
    assert tomllib.loads(done.stdout)["augment"] == [
        *("invert", {"name": "shift", "pixels": 2}, {"name": "rotation", "degrees": 10})
    ]


def test_a_finished_run_is_repeated_by_its_settings(tensorlite, tmp_path):
    assert tensorlite(*SHORT, "--seed", "4", "--lr", "0.003").returncode == 0
    again = tensorlite("train", "-c", "runs/x/run.toml", "--name", "y")
    assert again.returncode == 0, again.stderr
    one, other = (tmp_path / "runs" / name / "best.safetensors" for name in "xy")
    assert one.read_bytes() == other.read_bytes()


def test_a_run_of_a_written_model_is_repeated_and_goes_on_after_it_was_moved(tensorlite, tmp_path):
    text = (Path(zoo.__file__).parent / "written" / "lenet5.toml").read_text("utf-8")
    (tmp_path / "net.toml").write_text(text, encoding="utf-8")
    words = ["train", "net.toml", *SHORT[2:], "--set", "ema=0.9"]
    assert tensorlite(*words).returncode == 0
    (tmp_path / "net.toml").unlink()
    (tmp_path / "kept" / "deep").mkdir(parents=True)
    (tmp_path / "runs" / "x").rename(tmp_path / "kept" / "deep" / "x")
    again = tensorlite("train", "-c", "kept/deep/x/run.toml", "--name", "y")
    assert again.returncode == 0, again.stderr
    one, other = (tmp_path / path / "best.safetensors" for path in ("kept/deep/x", "runs/y"))
    assert one.read_bytes() == other.read_bytes()
    done = tensorlite("resume", "kept/deep/x", "--epochs", "+1")
    assert done.returncode == 0 and "resume  kept/deep/x after 2 epochs" in done.stderr, done.stderr


def test_a_training_that_cannot_begin_leaves_nothing(tensorlite, tmp_path):
    assert tensorlite(*SHORT).returncode == 0
    done = tensorlite("train", "lenet5", "--set", "image_sizes.1=4")
    assert done.returncode == 2 and done.stderr.startswith("error: image_sizes: the model does not")
    assert [path.name for path in sorted((tmp_path / "runs").iterdir())] == ["latest", "x"]
    assert (tmp_path / "runs" / "latest").read_text() == "x\n"
