import json

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file
from tensorlite_weigh import weigh

from tensorlite.testing import check_command


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "w.safetensors"
    save_file({"a": np.array([1.0, 3.0], np.float32), "steps": np.array([7])}, path)
    return str(path)


def test_the_command_behaves_like_others(weights):
    check_command(weigh, [weights], [weights, "--json"])


def test_mean_and_spread_are_those_of_the_file(weights):
    (row,) = json.loads(CliRunner().invoke(weigh, [weights, "--json"]).stdout)
    assert row == {"name": "a", "shape": [2], "mean": 2.0, "spread": 1.0}
