"""Downloads from a server on the loopback address; nothing else is asked."""

import gzip
import hashlib
import http.server
import io
import sys
import tarfile
import threading

import pytest

from tensorlite.data import download, open_data
from tensorlite.data.download import Remote, fetch
from tensorlite.errors import ConfigError, DataError, UnknownNameError

DATA = bytes(range(256)) * 2000


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        files, cuts, seen = self.server.files, self.server.cuts, self.server.seen
        start = int(self.headers.get("Range", "bytes=0-").split("=")[1].split("-")[0])
        seen.append((self.path, start))
        if self.path not in files:
            self.send_error(404)
            return
        body = files[self.path]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = start + cuts.pop(self.path, len(body))
        self.wfile.write(body[start:end])
        if end < len(body):
            self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    pytest.importorskip("pooch")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.cuts, server.seen = {}, {}, []
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def remote(*mirrors, name="a.bin", data=DATA, unpacked=""):
    return Remote("test", {name: hashlib.sha256(data).hexdigest()}, mirrors, "none", unpacked)


def test_a_file_arrives_whole_with_progress_and_is_not_asked_for_twice(server, tmp_path):
    server.files["/x/a.bin"] = DATA
    seen = []
    for _ in range(2):
        folder = fetch(
            "set", remote(server.address + "/x"), tmp_path, (), lambda *a: seen.append(a)
        )
    assert folder == tmp_path / "set" and (folder / "a.bin").read_bytes() == DATA
    assert seen[-1] == ("a.bin", len(DATA), len(DATA))
    assert server.seen == [("/x/a.bin", 0)]
    assert [path.name for path in folder.iterdir()] == ["a.bin"]


def test_a_download_that_was_cut_goes_on_where_it_stopped(server, tmp_path):
    server.files["/a.bin"], server.cuts["/a.bin"] = DATA, 100_000
    with pytest.raises(DataError, match="cannot be downloaded"):
        fetch("set", remote(server.address), tmp_path)
    fetch("set", remote(server.address), tmp_path)
    assert (tmp_path / "set" / "a.bin").read_bytes() == DATA
    assert server.seen[0] == ("/a.bin", 0) and 0 < server.seen[1][1] <= 100_000


def test_the_next_mirror_is_asked_after_a_missing_or_a_wrong_file(server, tmp_path):
    server.files |= {"/wrong/a.bin": DATA[::-1], "/right/a.bin": DATA}
    mirrors = [f"{server.address}/{name}" for name in ("gone", "wrong", "right")]
    fetch("set", remote(*mirrors), tmp_path)
    assert (tmp_path / "set" / "a.bin").read_bytes() == DATA
    assert [path for path, _ in server.seen] == ["/gone/a.bin", "/wrong/a.bin", "/right/a.bin"]


def test_a_file_with_another_checksum_is_never_kept(server, tmp_path):
    server.files["/a.bin"] = DATA[:-1] + b"?"
    with pytest.raises(DataError, match="127.0.0.1"):
        fetch("set", remote(server.address), tmp_path)
    assert list((tmp_path / "set").iterdir()) == []


def test_an_archive_becomes_its_folder(server, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("inside/a.bin")
        info.size = len(DATA)
        archive.addfile(info, io.BytesIO(DATA))
    server.files["/a.tar.gz"] = packed.getvalue()
    what = remote(server.address, name="a.tar.gz", data=packed.getvalue(), unpacked="inside")
    for _ in range(2):
        assert fetch("set", what, tmp_path) == tmp_path / "set" / "inside"
    assert (tmp_path / "set" / "inside" / "a.bin").read_bytes() == DATA
    assert len(server.seen) == 1


def test_what_an_archive_wants_elsewhere_or_as_a_link_is_not_written(server, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("../../evil", "/evil", "inside/../../evil", "inside/deep/evil", "inside/ok"):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(DATA), 0o777
            archive.addfile(info, io.BytesIO(DATA))
        link = tarfile.TarInfo("inside/link")
        link.type, link.linkname = tarfile.SYMTYPE, "../../evil"
        archive.addfile(link)
    server.files["/a.tar.gz"] = packed.getvalue()
    what = remote(server.address, name="a.tar.gz", data=packed.getvalue(), unpacked="inside")
    folder = fetch("set", what, tmp_path)
    assert [path.name for path in folder.iterdir()] == ["ok"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "ok", "set"]


def test_an_archive_of_something_else_is_refused(server, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("other/a.bin"), io.BytesIO())
    server.files["/a.tar.gz"] = packed.getvalue()
    what = remote(server.address, name="a.tar.gz", data=packed.getvalue(), unpacked="inside")
    with pytest.raises(DataError, match="cannot be unpacked .it holds no inside/"):
        fetch("set", what, tmp_path)


def test_a_data_set_that_was_got_is_found(server, tmp_path, monkeypatch):
    files = {name: gzip.compress(name.encode()) for name in download.CATALOG["mnist"].files}
    server.files |= {f"/{name}": data for name, data in files.items()}
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    entry = Remote("digits", sums, (server.address,), "none")
    monkeypatch.setitem(download.CATALOG, "mnist", entry)
    monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(tmp_path))
    assert download.downloaded("mnist") is None
    assert download.get_data("mnist") == download.downloaded("mnist") == tmp_path / "data" / "mnist"


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(UnknownNameError, match="cifar10"):
        download.get_data("cifar-10")


def test_without_pooch_the_command_that_installs_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ConfigError, match=r"tensorlite\[download\]"):
        fetch("set", remote("http://127.0.0.1:9"), tmp_path)


def test_a_data_set_that_was_not_got_names_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TENSORLITE_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(DataError, match="tensorlite data get mnist"):
        open_data("mnist")
    (tmp_path / "mnist").mkdir()
    with pytest.raises(DataError, match="empty folder"):
        open_data("mnist")
