import pytest

from tensorlite.errors import ConfigError, DataError
from tensorlite.training.comparison import Comparison
from tensorlite.training.run import RunDirectory
from tensorlite.training.settings import Settings
from tensorlite.training.shelf import remove, tag, tags


@pytest.fixture
def run(tmp_path):
    """A run folder of two epochs, without having trained."""

    def make(name, **settings):
        made = RunDirectory.create(tmp_path / "runs", name)
        made.write_settings(Settings(model="lenet5", **settings))
        rows = ("epoch,lr,train_loss,val_acc,val_loss", "1,0.1,2.0,0.5,1.0", "2,0.05,1.0,0.75,0.5")
        (made.path / "metrics.csv").write_text("\n".join(rows) + "\n")
        best = {"val_acc": 0.75, "val_loss": 0.5}
        made.write_json("result.json", {"best": best, "best_epoch": 2, "seconds": 65.0})
        made.status = "done"
        return made

    return make


def test_only_what_differs_is_shown(run):
    found = Comparison.of([run("a", lr=0.1), run("b", lr=0.2, epochs=3)])
    assert found.differences() == {"lr": [0.1, 0.2], "epochs": [10, 3]}
    assert ["val_acc", "75.00 %", "75.00 %"] in found.rows()
    assert ["seconds", "1:05", "1:05"] in found.rows()


def test_a_page_overlays_the_curves_of_all_runs(run, tmp_path):
    Comparison.of([run("a"), run("b", lr=0.2)]).save(tmp_path / "out" / "both.html")
    page = (tmp_path / "out" / "both.html").read_text("utf-8")
    assert page.count(">a</text>") == page.count(">b</text>") == 4
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_a_chart_alone_shows_the_figure_that_chose_the_epochs(run, tmp_path):
    Comparison.of([run("a"), run("b")]).save(tmp_path / "both.svg")
    assert ">val_acc</text>" in (tmp_path / "both.svg").read_text("utf-8")


def test_one_run_alone_cannot_be_compared(run):
    with pytest.raises(ConfigError, match="two or more different runs"):
        Comparison.of([run("a"), RunDirectory(run("b").path.parent / "a")])


def test_tags_are_added_and_taken_off(run):
    made = run("a")
    assert tag(made, ["good", "base"]) == tags(made) == ["base", "good"]
    assert tag(made, remove=["base"]) == ["good"]
    with pytest.raises(ConfigError, match="it has: good"):
        tag(made, remove=["bad"])
    with pytest.raises(ConfigError, match="without spaces"):
        tag(made, ["two words"])


def test_a_run_is_removed_with_all_that_is_in_it(run):
    made = run("a")
    remove(made)
    assert not made.path.exists() and made.path.parent.exists()


@pytest.mark.parametrize("kind", ["plain folder", "settings only", "folder of runs", "link"])
def test_what_is_no_run_is_never_removed(run, tmp_path, kind):
    path = tmp_path / "thing"
    if kind == "link":
        path.symlink_to(run("a").path)
    else:
        path.mkdir()
        (path / "precious.txt").write_text("mine")
    if kind != "plain folder" and kind != "link":
        (path / "run.toml").write_text("model = 'lenet5'\n")
    if kind == "folder of runs":
        (path / "STATUS").write_text("done\n")
        run("a").path.rename(path / "a")
    with pytest.raises(DataError):
        remove(RunDirectory(path))
    assert path.exists() and any(path.iterdir())
