"""``tensorlite data check``, ``preview``, ``split`` and ``get`` as people type them."""

import json

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photos(tmp_path):
    generator = np.random.default_rng(0)
    for number in range(20):
        folder = tmp_path / "photos" / ("cat", "dog")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 256, (24, 24, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return tmp_path / "photos"


def test_good_data_is_0_and_findings_are_3(tensorlite, photos):
    done = tensorlite("data", "check", "photos")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "20 pictures looked at, nothing found\n"
    (photos / "cat" / "bad.png").write_bytes(b"")
    done = tensorlite("data", "check", "photos")
    assert done.returncode == 3 and done.stdout == "empty  cat/bad.png  is empty (0 bytes)\n"
    found = json.loads(tensorlite("data", "check", "photos", "--json").stdout)
    assert found["counts"] == {"empty": 1} and found["findings"][0]["files"] == ["cat/bad.png"]


def test_a_fixed_list_leaves_the_bad_out_and_deletes_nothing(tensorlite, photos, tmp_path):
    (photos / "cat" / "bad.png").write_bytes(b"")
    done = tensorlite("data", "check", "photos", "--fix", "good.csv")
    assert done.returncode == 3 and "good.csv lists the 20 pictures" in done.stderr
    assert (photos / "cat" / "bad.png").exists()
    assert tensorlite("data", "check", "good.csv").returncode == 0


def test_data_is_split_into_a_list(tensorlite, photos, tmp_path):
    done = tensorlite("data", "split", "photos", "--val", "0.2", "--test", "0.2", "--seed", "3")
    assert done.returncode == 0 and "written: split.csv" in done.stderr
    assert done.stdout.splitlines()[0].startswith("train  12 pictures  cat 6, dog 6")
    assert len((tmp_path / "split.csv").read_text().splitlines()) == 21


def test_a_preview_is_a_picture(tensorlite, photos, tmp_path):
    line = ("data", "preview", "photos", "--augment", "rotation(degrees=20)", "-n", "4")
    done = tensorlite(*line, "--epochs", "2", "--out", "a.png")
    assert (done.returncode, done.stdout) == (0, "a.png\n")
    with Image.open(tmp_path / "a.png") as sheet:
        assert min(sheet.size) > 200
    assert tensorlite(*line, "--out", "b.png").returncode == 0
    assert tensorlite("data", "preview", "photos", "--out", "b.gif").returncode == 2


def test_a_preview_for_a_model_has_its_recipe(tensorlite):
    done = tensorlite("data", "preview", "digits", "--model", "lenet5", "-n", "2")
    assert done.returncode == 0 and "thinning" in done.stderr


def test_an_unknown_data_set_to_get_is_named_close(tensorlite):
    done = tensorlite("data", "get", "cifar-10")
    assert done.returncode == 2 and "cifar10" in done.stderr


def test_what_can_be_got_is_listed(tensorlite, tmp_path):
    done = tensorlite("data", "list", TENSORLITE_CACHE_DIR=str(tmp_path / "cache"))
    assert "tensorlite data get mnist" in done.stdout and "\ndigits " in done.stdout
    names = {each["name"] for each in json.loads(tensorlite("data", "--json").stdout)}
    assert {"digits", "mnist", "fashion-mnist", "cifar10", "cifar100"} <= names
