import json


def test_the_doctor_names_versions_processor_kernels_and_plugins(tensorlite):
    done = tensorlite("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    found = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert {"tensorlite", "packages", "cpu", "kernels", "cache", "plugins", "terminal"} <= set(
        found
    )
    assert "numpy" in found["packages"] and "threads" in found["cpu"]
    assert found["plugins"] == "2 ok: tensorlite, zoo"
    assert found["terminal"].startswith("a pipe")


def test_the_doctor_names_a_failed_plugin_and_still_exits_with_0(tensorlite, install):
    path = install("dist-broken", "broken", "import no_such_module_anywhere")
    done = tensorlite("doctor", "--json", **path)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["plugins"]["ok"] == ["tensorlite", "zoo"]
    assert "ModuleNotFoundError" in found["plugins"]["failed"]["broken"]


def test_warming_fills_the_cache_that_the_doctor_then_finds(tensorlite, tmp_path):
    cache = {"TENSORLITE_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"}
    before = json.loads(tensorlite("doctor", "--json", **cache).stdout)["kernels"]
    assert (before["compiled"], before["files"], before["writable"]) == (False, 0, True)
    done = tensorlite("doctor", "--warm", "--json", **cache)
    after = json.loads(done.stdout)["kernels"]
    assert after["compiled"] and after["files"] > 0
    assert done.stderr.startswith("compiled ")
