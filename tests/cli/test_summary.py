import json

import pytest


def test_a_summary_shows_every_layer_and_the_number_of_parameters(tensorlite):
    done = tensorlite("summary", "lenet5")
    assert (done.returncode, done.stderr) == (0, "")
    assert "61,706" in done.stdout and "Conv2d" in done.stdout


def test_another_input_and_another_number_of_classes_change_the_figures(tensorlite):
    args = ("summary", "lenet5", "--input", "3x32x32", "--classes", "4", "--json")
    found = json.loads(tensorlite(*args).stdout)
    assert found["input"] == [3, 32, 32]
    assert found["parameters"] != 61_706 and found["macs"] > 0
    assert found["rows"]


@pytest.mark.parametrize("size", ["28x28", "0x28x28", "axbxc", "1x28x28x3"])
def test_a_malformed_input_says_how_it_is_written(tensorlite, size):
    done = tensorlite("summary", "lenet5", "--input", size)
    assert done.returncode == 2 and "such as 1x28x28" in done.stderr


def test_an_unknown_model_names_the_close_ones_and_the_command_that_lists_all(tensorlite):
    done = tensorlite("summary", "lennet5")
    assert done.returncode == 2
    assert "there is no model 'lennet5'. Close: lenet5" in done.stderr
    assert done.stderr.rstrip().endswith(": tensorlite models")
