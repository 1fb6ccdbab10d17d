"""Contact sheets: what is drawn lies where it should, and follows from the seed."""

import numpy as np
import pytest
from PIL import Image

from tensorlite.augment import HorizontalFlip
from tensorlite.data.dataset import Dataset
from tensorlite.data.preview import COLOURS, batch_shown, caption, draw, picture, write_sheet
from tensorlite.errors import ConfigError


class Squares(Dataset):
    """A white square on black, with its box or its mask."""

    name, classes = "squares", ["left", "right"]

    def __init__(self, kind):
        self.kind = kind

    def __len__(self):
        return 6

    def __getitem__(self, index):
        image = np.zeros((3, 64, 64), np.float32)
        image[:, 10:30, 5 + index : 25 + index] = 1
        if self.kind == "boxes":
            corners = np.array([[5 + index, 10, 25 + index, 30]], np.float32)
            return image, {"boxes": corners, "labels": np.array([index % 2])}
        mask = (image[0] > 0).astype(np.int64)
        mask[:, :2] = 255
        return image, {"mask": mask}


def test_a_box_is_drawn_around_its_square_also_after_a_flip():
    for augmentation, left in ((None, 5), (HorizontalFlip(p=1), 64 - 25)):
        (shown, *_) = batch_shown(Squares("boxes"), augmentation, count=6)
        drawn = np.asarray(picture(shown))
        inside = drawn[3 * 13 : 3 * 27, 3 * (left + 3) : 3 * (left + 17)]
        assert drawn.shape == (192, 192, 3) and (inside == 255).all()
        edge = drawn[3 * 10 : 3 * 30, 3 * left]
        assert (edge == COLOURS[0]).all(axis=1).mean() > 0.8


def test_a_mask_colours_its_square_and_what_is_unknown_is_dark():
    drawn = np.asarray(picture(batch_shown(Squares("masks"), count=1, seed=1)[0]))
    colours = {tuple(map(int, colour)) for row in drawn for colour in row}
    mixed = tuple(int(255 * 0.5 + part * 0.5) for part in COLOURS[1])
    assert mixed in colours and (0, 0, 0) in colours


def test_the_seed_decides_and_every_epoch_is_another(tmp_path):
    flip = HorizontalFlip(p=0.5)
    first, again = (batch_shown(Squares("boxes"), flip, count=4, seed=3, epochs=4) for _ in "ab")
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, again, strict=True))
    assert [each.epoch for each in first[:4]] == [0, 1, 2, 3]
    assert len({each.image.tobytes() for each in first[:4]}) == 2


def test_sheets_are_written_as_png_and_as_a_page(tmp_path):
    shown = batch_shown(Squares("boxes"), count=5)
    write_sheet(tmp_path / "a" / "s.png", shown, Squares.classes, "squares", [])
    with Image.open(tmp_path / "a" / "s.png") as sheet:
        assert sheet.size == draw(shown, Squares.classes).size
    write_sheet(tmp_path / "s.html", shown, ["<b>", "&"], "<title>", ["a < b"])
    page = (tmp_path / "s.html").read_text()
    assert page.count("data:image/png;base64,") == 5
    assert "<b>" not in page and "&lt;title&gt;" in page and "a &lt; b" in page
    with pytest.raises(ConfigError, match=r"\.png or \.html"):
        write_sheet(tmp_path / "s.txt", shown, Squares.classes, "", [])


def test_long_and_strange_names_fit_below_their_picture():
    shown = batch_shown(Squares("boxes"), count=2)
    draw(shown, ["a name that is far too long for the picture", "日本語"])


def test_captions_say_classes_shares_and_what_is_in_a_mask():
    names = ["cat", "dog", "owl"]
    assert caption(np.array([0.0, 1.0, 0.0]), names) == "dog"
    assert caption({"mask": np.array([[0, 2, 2], [2, 255, -100]])}, names) == "owl, cat"
    assert caption({"boxes": [], "labels": []}, names) == "nothing"
