"""Pascal VOC and COCO, and the rule for boxes that both share."""

import json

import numpy as np
import pytest

from tensorlite.data import open_data
from tensorlite.data.boxes import repaired
from tensorlite.errors import DataError
from tests.data.layouts import Tree

ONE = ("x", 1, 1, 9, 9)


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_pictures_and_annotations_may_lie_in_one_folder(tree):
    for name in "ab":
        tree.picture(f"{name}.jpg")
        tree.voc(f"{name}.xml", f"{name}.jpg", ONE)
    data = open_data(tree.root)
    assert (data.kind, data.task) == ("voc", "boxes") and data.counts() == {"train": {"x": 2}}
    assert "2 pictures, 1 class, 2 boxes (voc)" in data.sentence()


def test_boxes_are_taken_as_written(tree):
    tree.picture("a.png")
    tree.voc("a.xml", "a.png", ("x", 1.5, 2, 20, 16), ("y", 0, 0, 3, 4))
    image, target = open_data(tree.root).splits["train"][0]
    assert image.shape == (3, 16, 20)
    assert target["boxes"].tolist() == [[1.5, 2, 20, 16], [0, 0, 3, 4]]
    assert target["boxes"].dtype == np.float32 and target["labels"].tolist() == [0, 1]


def test_folders_may_be_splits(tree):
    for split in ("train", "valid"):
        tree.picture(f"{split}/a.jpg")
        tree.voc(f"{split}/a.xml", "a.jpg", ONE)
    assert open_data(tree.root).counts() == {"train": {"x": 1}, "val": {"x": 1}}


def test_pictures_are_found_by_the_stem_where_the_name_is_foreign(tree):
    tree.pictures("images/a.png", "images/b.png", "images/c.png")
    tree.voc("annotations/xmls/a.xml", "C:\\pictures\\a.png", ONE)
    tree.voc("annotations/xmls/b.xml", "000.jpg")
    data = open_data(tree.root)
    assert [file.name for file in data.splits["train"].files] == ["a.png", "b.png"]
    assert "c.png" in data.notes[0] and "not annotated: 1 picture" in data.notes[0]
    assert "train: 1 picture without boxes" in data.notes


def test_several_years_are_one_data_set(tree):
    for year in ("VOC2007", "VOC2012"):
        for name in "ab":
            tree.picture(f"{year}/JPEGImages/{year}_{name}.jpg")
            tree.voc(f"{year}/Annotations/{year}_{name}.xml", f"{year}_{name}.jpg", ONE)
        for split, names in (("train", "a"), ("val", "b"), ("trainval", "ab")):
            lines = [f"{year}_{name}" for name in names]
            tree.table(f"{year}/ImageSets/Main/{split}.txt", *lines)
        tree.table(f"{year}/ImageSets/Main/x_train.txt", f"{year}_a  1")
    assert open_data(tree.root).counts() == {"train": {"x": 2}, "val": {"x": 2}}


@pytest.mark.parametrize(
    "lists, sizes",
    [
        ({"train": "ab", "test": "c", "trainval": "abc"}, {"train": 2, "test": 1}),
        ({"trainval": "ab", "test": "c"}, {"train": 2, "test": 1}),
        ({"train": "a", "trainval": "ab", "test": "c"}, {"train": 1, "val": 1, "test": 1}),
        ({"train": "ab"}, {"train": 2}),
    ],
)
def test_the_lists_say_which_split(tree, lists, sizes):
    for name in "abc":
        tree.picture(f"JPEGImages/{name}.jpg")
        tree.voc(f"Annotations/{name}.xml", f"{name}.jpg", ONE)
    for split, names in lists.items():
        tree.table(f"ImageSets/Main/{split}.txt", *names)
    data = open_data(tree.root)
    assert {split: len(part) for split, part in data.splits.items()} == sizes
    assert any("in no list" in text for text in data.notes) == ("test" not in lists)


def test_what_is_damaged_is_named_or_left_out(tree):
    tree.picture("JPEGImages/a.jpg")
    tree.voc("Annotations/a.xml", "a.jpg", ONE)
    tree.voc("Annotations/d.xml", "d.jpg", ONE)
    tree.text("Annotations/b.xml", "<annotation><object")
    tree.table("ImageSets/Main/train.txt", "a", "b", "c", "d")
    with pytest.raises(DataError, match=r"b.xml is no complete XML.* 2 others have") as caught:
        open_data(tree.root)
    assert "--skip-bad" in caught.value.hint
    data = open_data(tree.root, skip_bad=True)
    assert len(data.splits["train"]) == 1
    assert [defect.message.rpartition("/")[2] for defect in data.defects][1:] == [
        "d.xml is about d.jpg, which is not there.",
        "train.txt, line 3: there is no annotation c.xml.",
    ]


def test_entities_are_refused(tree):
    tree.picture("a.jpg")
    tree.text("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>')
    with pytest.raises(DataError, match="defines entities"):
        open_data(tree.root)


@pytest.mark.parametrize(
    "box, kept, what",
    [
        ((1, 2, 9, 9), [1, 2, 9, 9], ""),
        ((0, 0, 20, 16), [0, 0, 20, 16], ""),
        ((9, 9, 1, 2), [1, 2, 9, 9], "sides swapped"),
        ((-3, 2, 25, 9), [0, 2, 20, 9], "leaves the 16x20"),
        ((5, 5, 5, 9), None, "no size"),
        ((30, 5, 40, 9), None, "outside"),
        ((19.5, 5, 40, 9), None, "leaves"),
        ((5, 5, 5.5, 9), None, "less than a pixel"),
        ((5, float("nan"), 6, 9), None, "not finite"),
        ((5, 5, float("inf"), 9), None, "not finite"),
    ],
)
def test_the_rule_for_boxes(box, kept, what):
    found, words = repaired(box, (16, 20))
    assert (None if found is None else found.tolist()) == kept
    assert what in words if what else words == ""


def test_boxes_stay_on_their_objects_when_pictures_are_framed(tree):
    from PIL import Image

    for name, size, square in (("a", (60, 40), (10, 20, 30, 30)), ("b", (30, 80), (5, 40, 25, 60))):
        pixels = np.zeros((*size[::-1], 3), np.uint8)
        pixels[square[1] : square[3], square[0] : square[2]] = 255
        Image.fromarray(pixels).save(tree.root / f"{name}.png")
        tree.voc(f"{name}.xml", f"{name}.png", ("x", *square), size=size)
    train = open_data(tree.root).splits["train"]
    assert "framed with zeros" in train.adaptation and "bilinear" in train.adaptation
    for part in (train, train.adapt(1, 64, 96), train.adapt(3, 200, 150)):
        images, targets = part.batch([0, 1])
        for image, target in zip(images, targets, strict=True):
            rows, columns = np.nonzero(image[0] > 0.5)
            drawn = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            assert np.abs(target["boxes"][0] - drawn).max() <= 1


@pytest.mark.parametrize(
    "json_path, picture",
    [
        ("annotations/instances_{}2017.json", "{}2017/a.jpg"),
        ("annotations/instances_{}.json", "images/{}/a.jpg"),
        ("{}/_annotations.coco.json", "{}/a.jpg"),
        ("{}.json", "{}/a.jpg"),
    ],
)
def test_coco_is_read_in_each_layout(tree, json_path, picture):
    for split, size in (("train", (20, 16)), ("val", (12, 10))):
        tree.picture(picture.format(split), size=size)
        boxes = [(1, 7, [1, 2, 3, 4]), (1, 3, [8, 5, 90, 4]), (1, 3, [1, 1, 0, 4])]
        tree.coco(json_path.format(split), ["a.jpg"], boxes, {7: "dog", 3: "cat"})
    tree.text("annotations/captions_train2017.json", '{"images": [], "annotations": []}')
    data = open_data(tree.root)
    assert data.kind == "coco" and data.classes == ["cat", "dog"]
    assert data.counts() == {split: {"cat": 1, "dog": 1} for split in ("train", "val")}
    train, val = data.splits["train"], data.splits["val"]
    assert train.boxes[0].tolist() == [[1, 2, 4, 6], [8, 5, 20, 9]]
    assert val.boxes[0].tolist() == [[1, 2, 4, 6], [8, 5, 12, 9]]
    assert [repair.kept for repair in train.repairs] == [True, False]


def test_one_coco_file_may_be_named(tree):
    tree.picture("images/a.jpg")
    file = tree.coco("annotations/all.json", ["a.jpg"], [(1, 1, [1, 2, 3, 4])], {1: "x"})
    assert open_data(file).counts() == {"train": {"x": 1}}


def test_crowds_and_strays_of_coco_are_left_out_and_told(tree):
    tree.picture("a.jpg")
    file = tree.coco("a.json", ["a.jpg"], [(1, 1, [1, 2, 3, 4]), (9, 1, [1, 2, 3, 4])], {1: "x"})
    content = json.loads(file.read_text())
    content["annotations"].append({"image_id": 1, "category_id": 1, "iscrowd": 1, "bbox": [0] * 4})
    polygon = [[2, 2, 9, 2, 9, 9]]
    content["annotations"].append({"image_id": 1, "category_id": 1, "segmentation": polygon})
    file.write_text(json.dumps(content))
    data = open_data(tree.root)
    assert data.splits["train"].boxes[0].tolist() == [[1, 2, 4, 6], [2, 2, 9, 9]]
    assert "left out: 1 crowds" in data.notes
    assert "left out: 1 annotation of no picture or no category" in data.notes


def test_a_damaged_coco_file_is_named(tree):
    tree.picture("a.jpg")
    file = tree.coco("a.json", ["a.jpg", "b.jpg"], [], {1: "x"})
    with pytest.raises(DataError, match="names b.jpg, which is not there"):
        open_data(tree.root)
    file.write_text(file.read_text()[:-5])
    with pytest.raises(DataError, match="is no complete JSON"):
        open_data(tree.root)


def test_annotations_behind_many_pictures_are_recognised(tree):
    tree.picture("images/a.jpg")
    for number in range(2500):
        (tree.root / "images" / f"{number}.jpg").touch()
    tree.voc("xmls/a.xml", "a.jpg", ONE)
    assert open_data(tree.root).kind == "voc"


def test_a_model_of_classes_refuses_boxes(tree):
    from tensorlite.training.building import model_parts
    from tensorlite.training.config import Settings

    tree.picture("a.jpg")
    tree.voc("a.xml", "a.jpg", ONE)
    with pytest.raises(DataError, match="'lenet5' needs a class for each picture, got boxes"):
        model_parts(open_data(tree.root), Settings(model="lenet5"))
