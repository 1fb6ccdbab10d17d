import json


def test_the_bundled_digits_are_listed_and_counted(tensorlite):
    assert tensorlite("data").stdout.startswith("digits ")
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
    assert done.returncode in (2, 3) and "digits" in done.stderr
