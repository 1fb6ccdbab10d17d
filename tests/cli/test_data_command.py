import json
import os

import pytest
from PIL import Image


def test_the_bundled_digits_are_listed_and_counted(tensorlite):
    assert "\ndigits " in tensorlite("data").stdout
    done = tensorlite("data", "info", "digits")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1,437 images of 1x28x28" in done.stdout and "360 images of 1x28x28" in done.stdout


def test_the_figures_of_a_data_set_are_there_as_json(tensorlite):
    found = json.loads(tensorlite("data", "info", "digits", "--json").stdout)
    assert found["name"] == "digits" and set(found["splits"]) == {"train", "val"}
    assert found["splits"]["val"]["images"] == 360
    assert found["splits"]["val"]["shape"] == [1, 28, 28]
    assert set(found["splits"]["val"]["classes"].values()) == {36}


def test_a_path_that_is_not_there_is_one_sentence_and_exit_code_3(tensorlite):
    done = tensorlite("data", "info", "no/such/folder")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: ") and "no/such/folder" in done.stderr


def test_a_mistyped_data_set_names_the_close_one(tensorlite):
    done = tensorlite("data", "info", "digit")
    assert (done.returncode, done.stdout) == (3, "")
    sentence, hint = done.stderr.splitlines()
    assert sentence.startswith("error: there is no data set or path 'digit' (looked in ")
    assert sentence.endswith("). Close: digits.") and hint == "  try: tensorlite data"


def test_a_data_set_is_shown_without_saying_info(tensorlite):
    shown = tensorlite("data", "info", "digits").stdout
    assert tensorlite("data", "digits").stdout == shown != ""
    assert json.loads(tensorlite("data", "digits", "--json").stdout)["name"] == "digits"


@pytest.mark.parametrize(
    "args", [("data", "info", ""), ("data", ""), ("train", "lenet5", "--data", "")]
)
def test_an_empty_name_is_an_error(tensorlite, args):
    done = tensorlite(*args)
    assert (done.returncode, done.stdout) == (3, "")
    assert "got ''" in done.stderr and "  try: tensorlite data\n" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
def test_control_characters_of_file_names_do_not_reach_the_terminal(tensorlite, tmp_path):
    for name in ("cat", "dog\x1b[31m"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        Image.new("L", (4, 4)).save(tmp_path / "photos" / name / "a.png")
        (tmp_path / "photos" / name / "\x1b]0;title\x07.txt").write_text("x")
    done = tensorlite("data", "photos")
    assert done.returncode == 0 and r"dog\x1b[31m 1" in done.stdout
    (tmp_path / "photos" / "cat" / "\x1b[2J.png").write_bytes(b"")
    failed = tensorlite("data", "photos")
    assert failed.returncode == 3 and r"\x1b[2J.png is empty" in failed.stderr
    assert "\x1b" not in done.stdout + done.stderr + failed.stderr
    assert "\x07" not in done.stdout + done.stderr + failed.stderr


def test_what_is_damaged_is_told_after_all_the_rest(tensorlite, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number, size in enumerate(((4, 4), (6, 5))):
            Image.new("RGB", size).save(tmp_path / "photos" / name / f"{number}.png")
    (tmp_path / "photos" / "cat" / "2.png").write_bytes(b"no picture")
    done = tensorlite("data", "info", "photos")
    assert done.returncode == 3 and "classes   cat 2, dog 2" in done.stdout
    assert "4 pictures of 2 sizes, 4 to 5 high and 4 to 6 wide" in done.stdout
    assert "2.png cannot be decoded (none of PNG" in done.stderr and "--skip-bad" in done.stderr
    done = tensorlite("data", "info", "photos", "--skip-bad", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0 and len(found["damaged"]) == 1
    assert found["task"] == "classification" and found["splits"]["train"]["channels"] == {"3": 4}
