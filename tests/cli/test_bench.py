import json

import pytest

SMALL = ("bench", "conv", "--seconds", "0.001", "--shape")


def test_each_way_has_its_time_or_the_reason_why_it_cannot(tensorlite):
    done = tensorlite(*SMALL, "2,3,6,5,4,3,1,1", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["shape"] == {
        "N": 2, "C": 3, "H": 6, "W": 5, "K": 4, "R": 3, "stride": 1, "pad": 1, "groups": 1,
    }  # fmt: skip
    for direction in ("forward", "input", "weights"):
        rows = [row for row in found["rows"] if row["direction"] == direction]
        assert [row["way"] for row in rows if row["ms"] is None][0] == "depthwise"
        assert sum(row["chosen"] for row in rows) == 1
        direct = rows[-1]
        assert direct["way"] == "direct" and direct["ms"] > 0 and direct["error"] < 1e-5
        assert all(row["why"] for row in rows)


def test_the_table_marks_what_the_engine_takes(tensorlite):
    done = tensorlite(*SMALL, "1,8,6,6,8,3,1,1,8")
    assert done.returncode == 0, done.stderr
    taken = [line for line in done.stdout.splitlines() if "  * " in line]
    assert [line.split()[2] for line in taken] == ["depthwise"] * 3
    assert "GFLOP/s" in done.stderr


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ("1,2,3", "expected 6 to 9 whole numbers"),
        ("1,2,a,4,5,6", "expected 6 to 9 whole numbers"),
        ("0,2,8,8,5,3", "1 or more for all but the padding"),
        ("1,2,8,8,5,3,1,1,2", "divide into 2 groups"),
        ("1,2,4,4,5,7", "a window of 4 at most"),
        ("99999,999,999,999,5,7", "numbers at most"),
    ],
)
def test_a_shape_that_is_no_convolution_gets_a_sentence(tensorlite, shape, sentence):
    done = tensorlite(*SMALL, shape)
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr
