import hashlib
import json
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

DATA = (
    "digits · 1,797 real handwritten digits, 10 classes (bundled) · "
    "1,437 train / 360 held out, other writers"
)
EPOCH = r"epoch 1/1  loss \d\.\d{3}  val_acc \d+\.\d %  +\S+( s)?  +[\d,]+ img/s"


@pytest.fixture
def photos(tmp_path):
    """Two folders of pictures: dark ones and light ones."""
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 150)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(20):
            pixels = rng.integers(low, low + 100, (28, 28)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{index}.png")
    return tmp_path / "photos"


def test_training_without_data_says_what_it_does_and_where_everything_is(tensorlite, tmp_path):
    done = tensorlite("train", "lenet5", "--epochs", "1")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == f"data    {DATA}"
    assert re.fullmatch(
        r"model   lenet5 · 61,706 parameters · 0\.42 M multiply-adds per image · "
        r"recipe digits \(\w+, \w+, 1 epoch, batch \d+\)",
        lines[1],
    )
    assert re.fullmatch(EPOCH, lines[2])
    results = done.stdout.splitlines()
    assert re.fullmatch(r"best    val_acc \d+\.\d % at epoch 1", results[0])
    run = (tmp_path / "runs" / "latest").read_text().strip()
    assert results[1] == f"files   runs/{run}/ (report.html, best.safetensors, metrics.csv)"
    assert results[2] == "next    tensorlite evaluate latest   ·   tensorlite predict latest IMAGE"
    assert (tmp_path / "runs" / run / "STATUS").read_text() == "done\n"


def test_a_pipe_gets_no_control_characters(tensorlite, photos):
    done = tensorlite("train", "lenet5", "--data", photos, "--epochs", "2", FORCE_COLOR="1")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout + done.stderr)
    assert sum(line.startswith("epoch") for line in done.stderr.splitlines()) == 2


def test_evaluate_prints_the_figure_of_the_training(tensorlite, photos):
    trained = tensorlite("train", "lenet5", "--data", photos, "--epochs", "1", "--json")
    evaluated = tensorlite("evaluate", "latest", "--json")
    result, found = json.loads(trained.stdout), json.loads(evaluated.stdout)
    assert found["split"] == result["judged_by"] == "val"
    assert {name: found[name] for name in result["val"]} == result["val"]
    assert "epoch 1/1" in trained.stderr


def test_a_second_run_of_a_name_gets_another_folder(tensorlite, photos, tmp_path):
    words = ("train", "lenet5", "--data", photos, "--epochs", "1", "--name", "mine", "--quiet")
    assert "runs/mine/" in tensorlite(*words).stdout
    before = (tmp_path / "runs" / "mine" / "best.safetensors").read_bytes()
    again = tensorlite(*words, "--seed", "1")
    assert "runs/mine-2/" in again.stdout and again.stderr == ""
    assert (tmp_path / "runs" / "mine" / "best.safetensors").read_bytes() == before
    assert (tmp_path / "runs" / "latest").read_text() == "mine-2\n"


def test_flags_and_assignments_win_over_the_recipe(tensorlite, photos, tmp_path):
    done = tensorlite(
        *("train", "lenet5", "--data", photos, "--epochs", "1", "--no-augment", "--name", "x"),
        *("--optimizer", "sgd", "--set", "optimizer_options.momentum=0.5", "--set", "lr=0.01"),
    )
    assert done.returncode == 0, done.stderr
    assert "(sgd, cosine, 1 epoch, batch 64)" in done.stderr
    written = (tmp_path / "runs" / "x" / "run.toml").read_text()
    assert "momentum = 0.5" in written and "lr = 0.01" in written and "augment = []" in written
    assert 'data = "../../photos"' in written


def test_the_data_is_found_again_from_another_folder(tensorlite, photos, tmp_path, program):
    tensorlite("train", "lenet5", "--data", "photos", "--epochs", "1", "--name", "x")
    (tmp_path / "deep").mkdir()
    words = [*program, "evaluate", "../runs/x"]
    done = subprocess.run(words, cwd=tmp_path / "deep", capture_output=True, encoding="utf-8")
    assert done.stdout.startswith("accuracy "), done.stderr


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["lennet5"], 2, "error: there is no model 'lennet5'. Close: lenet5"),
        (["lenet5", "--data", "nowhere"], 3, "error: there is no data set or path 'nowhere'"),
        (["lenet5", "--optimizer", "adm"], 2, "error: there is no optimizer 'adm'. Close: adam"),
        (["lenet5", "--set", "epoch=3"], 2, "error: --set: there is no setting 'epoch'."),
        (["lenet5", "--set", "epochs=many"], 2, "error: --set: expected epochs as a whole number"),
        (["lenet5", "--epochs", "0"], 2, "error: --epochs: expected epochs as"),
        (["lenet5", "--epochs", "many"], 2, "Error: Invalid value for '--epochs'"),
        (["lenet5", "--require", "val_ac>1"], 2, "error: --require: there is no figure 'val_ac'."),
        (["lenet5", "--name", "latest"], 2, "error: --name: expected the plain name of a folder"),
        (["lenet5", "--name", "../esc"], 2, "error: --name: expected the plain name of a folder"),
        (["lenet5", "--name", "/esc"], 2, "error: --name: expected the plain name of a folder"),
        (["lenet5", "--name", "."], 2, "error: --name: expected the plain name of a folder"),
        (["lenet5", "--name", "a/b"], 2, "error: --name: expected the plain name of a folder"),
        (
            ["lenet5", "--set", "optimizer_options.betas=0.9"],
            2,
            "error: optimizer 'adam': ",
        ),
        (["lenet5", "--set", "model=nin"], 2, "error: expected one model, got 'lenet5' as MODEL"),
        (["lenet5", "--set", "lr=1\nepochs=2"], 2, "error: --set: expected one key=value"),
        (["lenet5", "--set", "loss=mse_loss"], 2, "error: MSELoss: expected"),
        (["lenet5", "--lr", "-1"], 2, "error: --lr: expected lr as 0 or more"),
        (["lenet5", "--require", "high"], 2, "error: --require: expected a figure and a bound"),
    ],
)
def test_a_mistake_is_one_sentence_before_anything_is_written(
    tensorlite, tmp_path, words, code, sentence
):
    done = tensorlite("train", *words)
    assert done.returncode == code and done.stderr.startswith(sentence), done.stderr
    assert len(done.stderr.splitlines()) <= 2 and done.stdout == ""
    assert not (tmp_path / "runs").exists()


def test_a_diverged_training_exits_with_5_and_says_what_to_try(tensorlite, photos, tmp_path):
    done = tensorlite(
        *("train", "lenet5", "--data", photos, "--epochs", "2", "--name", "x"),
        *("--optimizer", "sgd", "--lr", "1e20"),
    )
    assert done.returncode == 5
    assert re.search(r"error: the .*loss became (nan|inf) at epoch 1, batch \d", done.stderr)
    assert "\n  try: --lr " in done.stderr
    assert (tmp_path / "runs" / "x" / "STATUS").read_text() == "failed\n"


def test_a_requirement_that_is_not_met_exits_with_6_after_all_is_saved(
    tensorlite, photos, tmp_path
):
    words = ("train", "lenet5", "--data", photos, "--epochs", "1", "--name", "x")
    done = tensorlite(*words, "--require", "val_loss<-1")
    assert done.returncode == 6 and "--require: expected val_loss < -1, got" in done.stderr
    assert (tmp_path / "runs" / "x" / "STATUS").read_text() == "done\n"
    assert tensorlite(*words, "--require", "val_acc>=0%").returncode == 0


def test_a_truncated_picture_is_one_sentence_with_its_path(tensorlite, photos):
    picture = photos / "dark" / "7.png"
    picture.write_bytes(picture.read_bytes()[:60])
    done = tensorlite("train", "lenet5", "--data", photos, "--epochs", "1")
    assert done.returncode == 3 and "7.png" in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("error")]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_saves_the_weights_and_exits_with_130(program, environment, tensorlite, tmp_path):
    words = [*program, "train", "lenet5", "--epochs", "500", "--name", "x"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(words, cwd=tmp_path, env=environment, **pipes) as running:
        while not running.stderr.readline().startswith("epoch"):
            assert running.poll() is None, running.stderr.read()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=120)
    assert running.returncode == 130, errors
    stopped, best = (x for x in errors.splitlines() if x.startswith(("stopped", "best")))
    assert re.fullmatch(
        r"stopped runs/x/last\.safetensors holds the weights so far \(epoch \d+, batch \d+ of 90\)"
        r" · tensorlite evaluate runs/x/last\.safetensors",
        stopped,
    )
    assert re.fullmatch(
        r"best    runs/x/best\.safetensors holds those of epoch \d+ · tensorlite evaluate runs/x",
        best,
    )
    assert (tmp_path / "runs" / "x" / "STATUS").read_text() == "interrupted\n"
    assert tensorlite("evaluate", "x").stdout.startswith("accuracy ")
    last = tensorlite("evaluate", "runs/x/last.safetensors")
    assert last.stdout.startswith("accuracy "), last.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_live_bar_that_leaves_whole_lines(program, environment, tmp_path):
    pexpect = pytest.importorskip("pexpect")
    shown, status = pexpect.run(
        " ".join([*program, "train", "lenet5", "--epochs", "1"]),
        cwd=str(tmp_path),
        env=environment,
        withexitstatus=True,
        encoding="utf-8",
        timeout=300,
        dimensions=(40, 160),
    )
    assert status == 0, shown
    assert re.search(r"━.* img/s +lr ", shown) and re.search(r"━.*\d+:\d\d left", shown)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "\n")
    assert any(re.fullmatch(EPOCH, line) for line in plain.splitlines())


def test_a_run_remembers_its_plugins_and_asks_for_them(tensorlite, tmp_path, photos):
    (tmp_path / "mine.py").write_text(
        "from tensorlite.plugins import hookimpl\n"
        "from tensorlite.zoo.lenet import lenet5\n"
        "@hookimpl\n"
        "def register_models(register):\n"
        "    register('mine', lenet5)\n"
    )
    words = ("train", "mine", "--data", photos, "--epochs", "1", "--name", "x", "--quiet")
    done = tensorlite(*words, "--plugin", "mine.py")
    assert done.returncode == 0, done.stderr
    env = json.loads((tmp_path / "runs" / "x" / "env.json").read_text())
    digest = hashlib.sha256((tmp_path / "mine.py").read_bytes()).hexdigest()
    assert env["requested"] == {"../../mine.py": digest}
    lost = tensorlite("evaluate", "x")
    assert (
        lost.returncode == 3
        and "was trained with the plugin 'mine' (mine.py, SHA-256" in lost.stderr
    )
    assert lost.stderr.endswith("  try: --plugin mine.py\n")
    assert tensorlite("evaluate", "x", "--plugin", "mine.py").returncode == 0


def test_help_has_titled_groups_examples_and_few_options(tensorlite):
    shown = tensorlite("train", "--help").stdout
    for title in ("Data and model:", "Training:", "Control:", "Output:", "Examples:"):
        assert title in shown
    assert len(re.findall(r"^  (?:-\w, )?--[a-z]", shown, re.MULTILINE)) <= 30


def test_augmentations_are_written_as_calls(tensorlite, tmp_path):
    steps = "shift(pixels=2), one_of(rotation(15), invert, p=0.5), mixup"
    done = tensorlite("train", "lenet5", "--epochs", "1", "--name", "x", "--augment", steps)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "runs" / "x" / "run.toml").read_text("utf-8")
    assert '{ name = "shift", pixels = 2 }' in written and '"mixup"' in written


@pytest.mark.parametrize(
    "args, message",
    [
        (["--augment", "rotatoin(3)"], "no augmentation 'rotatoin'. Close: rotation"),
        (["--augment", "rotation("], "expected augmentations, got 'rotation('"),
        (["--augment", "invert", "--no-augment"], "expected --augment or --no-augment, got both"),
    ],
)
def test_augmentations_that_cannot_be_read_are_wrong_usage(tensorlite, args, message):
    done = tensorlite("train", "lenet5", *args)
    assert done.returncode == 2 and message in done.stderr


def test_pictures_are_decoded_once_and_kept(tensorlite, photos, tmp_path):
    kept = {"TENSORLITE_CACHE_DIR": str(tmp_path / "cache"), "TENSORLITE_CACHE_GB": "1"}
    train = ("train", "lenet5", "--data", photos, "--epochs", "1", "--workers", "2")
    first, second = tensorlite(*train, **kept), tensorlite(*train, **kept)
    assert first.returncode == second.returncode == 0, first.stderr
    assert "decode  40 pictures, once" in first.stderr
    assert "decode" not in second.stderr
    found = json.loads(tensorlite("doctor", "--json", **kept).stdout)["pictures"]
    assert (found["files"], found["bytes"]) == (1, 128 + 40 * 28 * 28)
