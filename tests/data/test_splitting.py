import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tensorlite.data.splitting import deal, split_data, write_parts
from tensorlite.errors import ConfigError


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Two classes of 30 and 20 pictures; five of the first are there twice."""
    root, generator = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for label, count in (("cat", 25), ("dog", 20)):
        (root / label).mkdir()
        for number in range(count):
            pixels = generator.integers(0, 256, (24, 24, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / label / f"{number:02}.png")
            if label == "cat" and number < 5:
                Image.fromarray(pixels).resize((48, 48)).save(root / label / f"{number:02}big.png")
    return root


def test_every_part_has_its_share_of_each_class(photos):
    counts = split_data(photos, {"val": 0.2, "test": 0.1}).counts()
    assert counts["train"] == {"cat": 21, "dog": 14}
    assert counts["val"] == {"cat": 6, "dog": 4} and counts["test"] == {"cat": 3, "dog": 2}


def test_the_same_picture_is_never_on_two_sides(photos):
    for seed in range(5):
        parts = split_data(photos, {"test": 0.5}, seed)
        where = {
            each.place: split for each, split in zip(parts.pictures, parts.splits, strict=True)
        }
        assert all(where[f"cat/{n:02}.png"] == where[f"cat/{n:02}big.png"] for n in range(5))


def test_the_seed_decides(photos):
    first, again, other = (split_data(photos, seed=seed).splits for seed in (1, 1, 2))
    assert first == again != other


def test_a_list_has_paths_relative_to_itself(photos, tmp_path):
    (file,) = write_parts(split_data(photos), photos / "lists" / "split.csv")
    lines = file.read_text().splitlines()
    assert lines[0] == "path,label,split" and len(lines) == 51
    assert all((file.parent / line.split(",")[0]).is_file() for line in lines[1:])
    counted = split_data(file, {"val": 0.5}, everything=True).counts()
    assert sum(sum(labels.values()) for labels in counted.values()) == 50
    file.unlink()


def test_a_folder_gets_one_file_for_each_part(photos, tmp_path):
    files = write_parts(split_data(photos), tmp_path / "lists")
    assert sorted(file.name for file in files) == ["test.txt", "train.txt", "val.txt"]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert len(set(lines)) == 50 and all((tmp_path / "lists" / line).is_file() for line in lines)


def test_pictures_in_arrays_are_numbers(tmp_path):
    parts = split_data("digits")
    assert list(parts.counts()) == ["train", "val", "test"]
    files = write_parts(parts, tmp_path)
    numbers = [int(line) for file in files for line in file.read_text().splitlines()]
    assert sorted(numbers) == list(range(1437))  # val is there already


@pytest.mark.parametrize("shares", [{"val": 0.0}, {"val": 1.0}, {"val": 0.5, "test": 0.5}, {}])
def test_shares_that_leave_nothing_are_refused(photos, shares):
    with pytest.raises(ConfigError):
        split_data(photos, shares)


def test_a_part_that_is_there_is_not_made_again():
    with pytest.raises(ConfigError, match="there is a part 'val' already"):
        split_data("digits", {"val": 0.1})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=40),
    st.floats(0.05, 0.45),
    st.floats(0.05, 0.45),
    st.integers(0, 99),
)
def test_units_stay_together_and_shares_are_kept(sizes, val, test, seed):
    ends = np.cumsum(sizes)
    units = [list(range(end - size, end)) for size, end in zip(sizes, ends, strict=True)]
    labels = [["a", "b", "c"][unit[0] % 3] for unit in units for _ in unit]
    dealt = deal(units, labels, {"val": val, "test": test}, seed)
    assert sorted(dealt) == list(range(ends[-1]))
    assert all(len({dealt[item] for item in unit}) == 1 for unit in units)
    for label in set(labels):
        items = [item for item in dealt if labels[item] == label]
        got = sum(dealt[item] == "val" for item in items)
        assert abs(got - val * len(items)) <= max(sizes) + 1
