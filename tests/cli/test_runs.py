import json

import pytest


@pytest.fixture
def two(tensorlite, tmp_path):
    """Two short runs, called a and b."""
    for name, rate in (("a", "0.001"), ("b", "0.01")):
        words = ("--epochs", "1", "--lr", rate, "--name", name, "--quiet")
        assert tensorlite("train", "lenet5", *words, "--set", "batch_size=256").returncode == 0
    return tmp_path / "runs"


def test_runs_are_compared_tagged_reported_and_removed(tensorlite, two):
    done = tensorlite("runs", "compare", "a", "b", "--save", "both.html")
    assert done.returncode == 0 and done.stdout.splitlines()[0].split() == ["a", "b"]
    assert ["lr", "0.001", "0.01"] in [line.split() for line in done.stdout.splitlines()]
    assert (two.parent / "both.html").is_file()
    found = json.loads(tensorlite("runs", "compare", "a", "b", "--json").stdout)
    assert found["differences"] == {"lr": [0.001, 0.01]} and len(found["metrics"]) == 2

    assert tensorlite("runs", "tag", "b", "good").stdout.split() == ["run", "b", "tags", "good"]
    tagged = json.loads(tensorlite("runs", "--tag", "good", "--json").stdout)
    assert [run["run"] for run in tagged] == ["b"] and tagged[0]["tags"] == ["good"]

    before = (two / "a" / "report.html").read_text("utf-8")
    (two / "a" / "report.html").unlink()
    assert tensorlite("report", "a").stdout == "runs/a/report.html\n"
    after = (two / "a" / "report.html").read_text("utf-8")
    assert len(after) == pytest.approx(len(before), rel=0.05) and "Training images" in after

    (two / "a" / "result.json").write_text('{"best": 3, "val": []}', encoding="utf-8")
    (two / "a" / "STATUS").write_bytes(b"\xff\xfe")  # damaged: named, and no harm to the others
    listed = json.loads(tensorlite("runs", "list", "--json").stdout)
    assert [run["run"] for run in listed] == ["a", "b"] and listed[0]["status"] == "failed"

    asked = tensorlite("runs", "rm", "a")
    assert asked.returncode == 2 and "  try: --yes" in asked.stderr and (two / "a").is_dir()
    assert tensorlite("runs", "rm", "a", "--yes").stdout == "removed runs/a\n"
    assert not (two / "a").exists() and (two / "b").is_dir()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("runs", "rm", "photos", "--yes"), 3, "error: there is no run 'photos' in runs/."),
        (("runs", "compare"), 2, "error: expected two or more different runs, got none."),
        (("runs", "compare", "a", "b", "--save", "x.png"), 2, "error: --save: expected a file"),
        (("report", "latest"), 3, "error: there are no runs in runs/ yet."),
    ],
)
def test_mistakes_are_one_sentence_and_remove_nothing(tensorlite, tmp_path, words, code, sentence):
    (tmp_path / "photos").mkdir()
    done = tensorlite(*words)
    assert done.returncode == code and done.stderr.startswith(sentence), done.stderr
    assert (tmp_path / "photos").is_dir()
