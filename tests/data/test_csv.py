import pytest

from tensorlite.data import open_data
from tensorlite.errors import DataError
from tests.data.layouts import Tree


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path)
    tree.pictures("img/a.png", "img/b.png")
    return tree


@pytest.mark.parametrize(
    "rows, counts",
    [
        (["path,label", "img/a.png,cat", "img/b.png,dog"], {"cat": 1, "dog": 1}),
        (["\ufeffpath,label", "img/a.png,cat", "img/b.png,dog"], {"cat": 1, "dog": 1}),
        (["img/a.png;0", "img/b.png;1"], {"0": 1, "1": 1}),
        (["img/a.png 4", "img/b.png 10"], {"4": 1, "10": 1}),
        (["0,img/a.png", "1,img/b.png"], {"0": 1, "1": 1}),
        (["label\tfilename", "cat\timg/a.png", "dog\timg/b.png"], {"cat": 1, "dog": 1}),
        (["image_id,breed", "a,cat", "b,dog"], {"cat": 1, "dog": 1}),
        (["img,cat,dog", "a.png,1,0", "b.png,0,1"], {"cat": 1, "dog": 1}),
        ([",path,label", "0,img/a.png,cat", "1,img/b.png,dog"], {"cat": 1, "dog": 1}),
        (["class id,filepaths,labels", "3,img\\a.png,x", "7,img\\b.png,y"], {"x": 1, "y": 1}),
        (["path,label", '"img/a.png","a, b"', "", "img/b.png,c"], {"a, b": 1, "c": 1}),
        (["file,class", "img/a.png,1.0", "img/b.png,2.0"], {"1": 1, "2": 1}),
    ],
)
def test_each_kind_of_table_is_read(tree, rows, counts):
    file = tree.table("labels.csv", *rows)
    for source in (tree.root, file):
        data = open_data(source)
        assert data.kind == "csv" and data.counts() == {"train": counts}


def test_a_column_of_splits_is_honoured(tree):
    tree.table("labels.csv", "path,label,data set", "img/a.png,cat,train", "img/b.png,dog,valid")
    assert open_data(tree.root).counts() == {
        "train": {"cat": 1, "dog": 0},
        "val": {"cat": 0, "dog": 1},
    }


def test_a_table_for_each_split_shares_the_classes(tree):
    tree.table("train.csv", "path,label", "img/a.png,2")
    tree.table("test.csv", "path,label", "img/b.png,5")
    data = open_data(tree.root)
    assert data.classes == ["2", "5"] and list(data.splits) == ["train", "test"]
    assert data.splits["test"].targets.tolist() == [1]


def test_numbers_get_the_names_beside_the_table(tree):
    tree.table("labels.csv", "path,label", "img/a.png,2", "img/b.png,0")
    tree.table("classes.txt", "x", "y", "z")
    assert open_data(tree.root).counts() == {"train": {"x": 1, "y": 0, "z": 1}}


def test_paths_are_relative_to_the_table_and_not_to_the_working_folder(tree, monkeypatch):
    tree.picture("lists/img/a.png", size=(9, 7))
    tree.table("lists/one.csv", "path,label", "img/a.png,cat")
    monkeypatch.chdir(tree.root)
    data = open_data("lists/one.csv")
    assert data.splits["train"].files[0].is_file() and data.image_shape == (3, 7, 9)


def test_letters_of_another_encoding_are_read(tree):
    tree.table("a.csv", "path,label", "img/a.png,été", "img/b.png,hiver", encoding="latin-1")
    assert open_data(tree.root).classes == ["hiver", "été"]


def test_columns_of_corners_make_boxes(tree):
    head = "filename,width,height,class,xmin,ymin,xmax,ymax"
    rows = ["a.png,20,16,cat,1,2,9,9", "a.png,20,16,dog,5,5,30,9", "b.png,20,16,dog,5,5,5,9"]
    tree.table("boxes.csv", head, *rows)
    data = open_data(tree.root)
    assert data.task == "boxes" and data.counts() == {"train": {"cat": 1, "dog": 1}}
    assert data.splits["train"].boxes[0].tolist() == [[1, 2, 9, 9], [5, 5, 20, 9]]
    assert [repair.kept for repair in data.splits["train"].repairs] == [True, False]


def test_a_picture_that_is_not_there_is_named_with_its_line(tree):
    tree.table("labels.csv", "path,label", "img/a.png,cat", "img/none.png,dog", "img/b.png,")
    with pytest.raises(DataError, match=r"labels.csv, line 3 names 'img/none.png'.*1 other"):
        open_data(tree.root)
    data = open_data(tree.root, skip_bad=True)
    assert data.counts() == {"train": {"cat": 1}} and len(data.defects) == 2
    assert "damaged and left out: 2" in " ".join(data.notes)


def test_a_table_of_other_things_is_not_taken(tree):
    tree.table("prices.csv", "what,price", "milk,3")
    tree.pictures("cat/a.png", "dog/b.png")
    assert open_data(tree.root).kind == "image_folder"
