import numpy as np
import pytest
from tensorlite_svmlight import SvmlightReader

from tensorlite.errors import DataError
from tensorlite.testing import check_reader


@pytest.fixture
def file(tmp_path):
    """Four pictures of 3x3: a bright pixel that is further on for each."""
    path = tmp_path / "dots.svm"
    lines = [f"{3 + i % 2} {i + 1}:1 9:0.5" for i in range(4)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_the_reader_keeps_its_promises(file):
    check_reader(SvmlightReader(), file)


def test_values_stand_where_their_numbers_say(file):
    data = SvmlightReader().open(file)["train"]
    assert data.classes == ["3", "4"] and data.targets.tolist() == [0, 1, 0, 1]
    assert np.flatnonzero(data[2][0]).tolist() == [2, 8]


def test_a_line_that_is_none_is_named(file):
    file.write_text("1 1:1\nno\n", "utf-8")
    with pytest.raises(DataError, match="in line 2, got 'no'"):
        SvmlightReader().open(file)
