"""What a check says about small data sets with one thing wrong."""

import gzip
import json

import numpy as np
import pytest
from PIL import Image

from tensorlite.data import open_data
from tensorlite.data.check import check_data, write_cleaned
from tensorlite.errors import ConfigError, DataError


def picture(seed, size=(40, 30)):
    generator = np.random.default_rng(seed)
    return Image.fromarray(generator.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


def save(path, seed, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(seed, **options).save(path)
    return path


@pytest.fixture
def photos(tmp_path):
    """Two classes of three different pictures each."""
    for number in range(6):
        save(tmp_path / "photos" / ("cat", "dog")[number % 2] / f"{number}.png", number)
    return tmp_path / "photos"


def kinds(report):
    return [(finding.kind, finding.places) for finding in report.findings]


def test_nothing_is_wrong_with_good_pictures(photos):
    report = check_data(photos)
    assert report.findings == [] and report.pictures == 6


def test_the_same_picture_under_two_labels_is_a_duplicate_and_a_conflict(photos):
    save(photos / "dog" / "again.png", 0)
    places = ("cat/0.png", "dog/again.png")
    assert kinds(check_data(photos)) == [("duplicate", places), ("conflict", places)]


def test_a_picture_beside_the_class_folders_is_unlabelled(photos):
    for split in ("train", "test"):
        for number in range(4):
            save(
                photos / split / ("cat", "dog")[number % 2] / f"{split}{number}.png",
                len(split) * 9 + number,
            )
    save(photos / "train" / "lost.png", 99)
    for name in ("cat", "dog"):
        for file in (photos / name).iterdir():
            file.unlink()
        (photos / name).rmdir()
    assert kinds(check_data(photos)) == [("unlabelled", ("train/lost.png",))]


def test_one_class_and_a_class_without_pictures_are_named(photos):
    for file in (photos / "dog").iterdir():
        file.unlink()
    found = kinds(check_data(photos))
    assert ("classes", ("dog",)) in found
    (photos / "dog").rmdir()
    assert kinds(check_data(photos)) == [("classes", ("cat",))]


def test_a_class_that_a_split_lacks_is_named(tmp_path):
    save(tmp_path / "train" / "cat" / "1.png", 1)
    save(tmp_path / "train" / "dog" / "2.png", 2)
    save(tmp_path / "test" / "cat" / "3.png", 3)
    assert kinds(check_data(tmp_path)) == [("classes", ("test/dog",))]


def test_a_picture_under_a_name_of_no_picture_is_found(photos):
    save(photos / "cat" / "x.png", 77).rename(photos / "cat" / "x.dat")
    assert kinds(check_data(photos)) == [("suffix", ("cat/x.dat",))]


def test_one_colour_is_blank_and_not_the_same_as_another(photos):
    for name in ("a", "b"):
        Image.new("RGB", (20, 20), "red").save(photos / "cat" / f"{name}.png")
    assert kinds(check_data(photos)) == [("blank", ("cat/a.png",)), ("blank", ("cat/b.png",))]


def test_other_colours_of_the_same_drawing_are_other_pictures(tmp_path):
    for number, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]):
        pixels = np.zeros((32, 32, 3), np.uint8)
        pixels[8:24, 8:24] = colour
        folder = tmp_path / f"class{number % 2}"
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    assert check_data(tmp_path).findings == []


def test_a_broken_png_is_found_though_decoders_show_it(photos):
    file = photos / "cat" / "0.png"
    data = bytearray(file.read_bytes())
    data[-6] ^= 1  # in the check sum of the end mark
    file.write_bytes(data)
    assert kinds(check_data(photos)) == [("corrupt", ("cat/0.png",))]


def test_arrays_are_checked_too(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (6, 12, 12), dtype=np.uint8)
    images[5] = images[2]
    for name, array in (("images-idx3", images), ("labels-idx1", np.arange(6, dtype=np.uint8) % 2)):
        head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
        (tmp_path / f"train-{name}-ubyte.gz").write_bytes(gzip.compress(head + array.tobytes()))
    places = ("train[2]", "train[5]")
    assert kinds(check_data(tmp_path)) == [("duplicate", places), ("conflict", places)]
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b rubbish")
    assert [kind for kind, _ in kinds(check_data(tmp_path))] == ["corrupt"]


def voc(root, name, boxes, size=(40, 30), said=None):
    width, height = said or size
    items = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{a}</xmin><ymin>{b}</ymin>"
        f"<xmax>{c}</xmax><ymax>{d}</ymax></bndbox></object>"
        for label, a, b, c, d in boxes
    )
    (root / "Annotations").mkdir(exist_ok=True)
    (root / "Annotations" / f"{name}.xml").write_text(
        f"<annotation><filename>{name}.png</filename><size><width>{width}</width>"
        f"<height>{height}</height><depth>3</depth></size>{items}</annotation>"
    )
    save(root / "JPEGImages" / f"{name}.png", hash(name) % 1000, size=size)


@pytest.mark.parametrize(
    "box, what",
    [
        ((5, 5, 5, 20), "has no area"),
        ((20, 5, 5, 20), "has its corners exchanged"),
        ((5, 5, 90, 20), "reaches out of the 40x30 picture"),
        ((50, 5, 90, 20), "lies outside of the 40x30 picture"),
        (("x", 5, 9, 20), "has a number that is none"),
    ],
)
def test_boxes_that_cannot_be_right_are_named(tmp_path, box, what):
    voc(tmp_path, "a", [("cat", 1, 1, 40, 30), ("cat", *box)])
    (finding,) = check_data(tmp_path).findings
    assert (finding.kind, finding.places) == ("box", ("JPEGImages/a.png",)) and what in finding.what


def test_what_a_voc_folder_can_lack_is_found(tmp_path):
    voc(tmp_path, "a", [("cat", 1, 1, 20, 20)] * 2)
    voc(tmp_path, "b", [("cat", 1, 1, 20, 20)], said=(99, 30))
    voc(tmp_path, "c", [("cat", 1, 1, 20, 20)])
    (tmp_path / "JPEGImages" / "c.png").unlink()
    save(tmp_path / "JPEGImages" / "d.png", 4)
    (tmp_path / "ImageSets" / "Main").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Main" / "train.txt").write_text("a\nb\nghost\n")
    (tmp_path / "ImageSets" / "Main" / "test.txt").write_text("a\nd\n")
    found = kinds(check_data(tmp_path))
    assert ("box", ("JPEGImages/a.png",)) in found and ("box", ("JPEGImages/b.png",)) in found
    assert ("missing", ("Annotations/c.xml",)) in found and ("missing", ("ghost",)) in found
    assert ("leak", ("JPEGImages/a.png",)) in found
    assert ("unlabelled", ("JPEGImages/d.png",)) in found


def test_coco_files_are_checked(tmp_path):
    save(tmp_path / "images" / "a.png", 1)
    content = {
        "images": [
            {"id": 1, "file_name": "a.png", "width": 40, "height": 30},
            {"id": 2, "file_name": "gone.png", "width": 40, "height": 30},
        ],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "bbox": [0, 0, 40, 30]},
            {"image_id": 1, "category_id": 7, "bbox": [1, 1, 5, 5]},
            {"image_id": 1, "category_id": 1, "bbox": [30, 1, 50, 5]},
            {"image_id": 9, "category_id": 1, "bbox": [1, 1, 5, 5]},
        ],
    }
    (tmp_path / "instances.json").write_text(json.dumps(content))
    said = [finding.what for finding in check_data(tmp_path).findings]
    assert len(said) == 4 and "is not there" in said
    assert any("unknown category 7" in what for what in said)
    assert any("reaches out" in what for what in said)
    assert any("names the picture 9" in what for what in said)


def test_masks_are_checked(tmp_path):
    for number in range(3):
        save(tmp_path / "images" / f"{number}.png", number)
        mask = Image.new("L", (40, 30) if number else (40, 31), number)
        (tmp_path / "masks").mkdir(exist_ok=True)
        mask.save(tmp_path / "masks" / f"{number}.png")
    (tmp_path / "masks" / "2.png").unlink()
    Image.new("L", (4, 4)).save(tmp_path / "masks" / "9.png")
    assert kinds(check_data(tmp_path)) == [
        ("missing", ("masks/9.png",)),
        ("unlabelled", ("images/2.png",)),
        ("mask", ("masks/0.png",)),
    ]


def test_a_cleaned_list_leaves_out_what_is_wrong_and_touches_nothing(photos, tmp_path):
    save(photos / "cat" / "9again.png", 0)
    save(photos / "dog" / "both.png", 2)
    (photos / "cat" / "empty.png").write_bytes(b"")
    before = sorted(photos.rglob("*"))
    report, kept = write_cleaned(photos, tmp_path / "lists" / "clean.csv")
    lines = (tmp_path / "lists" / "clean.csv").read_text().splitlines()
    assert lines[0] == "path,label,split" and len(lines) == kept + 1 == 6
    assert lines[1] == "../photos/cat/0.png,cat,train"
    assert not any("again" in line or "empty" in line or "both" in line for line in lines)
    assert sorted(photos.rglob("*")) == before
    assert check_data(tmp_path / "lists" / "clean.csv").findings == []


def test_a_leaked_picture_stays_in_test(tmp_path):
    for number in range(8):
        split = ("train", "test")[number % 2]
        save(tmp_path / "d" / split / ("cat", "dog")[number // 2 % 2] / f"{number}.png", number)
    save(tmp_path / "d" / "train" / "cat" / "leak.png", 1)
    assert [kind for kind, _ in kinds(check_data(tmp_path / "d"))] == ["leak"]
    write_cleaned(tmp_path / "d", tmp_path / "clean.csv")
    text = (tmp_path / "clean.csv").read_text()
    assert "leak.png" not in text and "d/test/cat/1.png,cat,test" in text


def test_a_list_is_checked_row_by_row(photos):
    rows = [
        "path,label",
        "cat/0.png,cat",
        "dog/1.png,dog",
        "cat/0.png,dog",
        "gone.png,cat",
        "cat/2.png,",
    ]
    (photos / "list.csv").write_text("\n".join(rows))
    found = kinds(check_data(photos / "list.csv"))
    assert found == [
        ("missing", ("gone.png",)),
        ("conflict", ("cat/0.png",)),
        ("unlabelled", ("cat/2.png",)),
    ]


def test_a_list_without_rows_and_one_in_another_encoding_are_read_alike(photos):
    (photos / "list.csv").write_text("path,label")
    assert kinds(check_data(photos / "list.csv")) == [("empty", (str(photos / "list.csv"),))]
    (photos / "list.csv").write_text("path,label\ncat/0.png,Äpfel\ndog/1.png,b", "utf-16")
    assert kinds(check_data(photos / "list.csv")) == []
    assert open_data(photos / "list.csv").classes == ["b", "Äpfel"]


def test_a_class_folder_that_is_a_link_to_another_is_looked_into(photos):
    (photos / "again").symlink_to(photos / "cat", target_is_directory=True)
    assert len(open_data(photos).splits["train"]) == check_data(photos).pictures == 9
    assert ("duplicate", ("cat/0.png", "again/0.png")) in kinds(check_data(photos))


def test_boxes_are_cleaned(tmp_path):
    voc(tmp_path, "a", [("cat", 1, 1, 20, 20), ("cat", 5, 5, 5, 9), ("dog", 30, 3, 50, 9)])
    write_cleaned(tmp_path, tmp_path / "clean.csv")
    assert (tmp_path / "clean.csv").read_text().splitlines() == [
        "path,xmin,ymin,xmax,ymax,label,split",
        "JPEGImages/a.png,1,1,20,20,cat,train",
        "JPEGImages/a.png,30,3,40,9,dog,train",
    ]


def test_what_no_list_can_name_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="in arrays"):
        write_cleaned("digits", tmp_path / "clean.csv")


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no file or folder"):
        check_data(tmp_path / "nothing")
