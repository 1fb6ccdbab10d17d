"""Imports run one way, as CONTRIBUTING.md says; the sources are read, not run."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"tensorlite": "tensorlite"} | {
    top: f"tensorlite.{top}" for top in ("zoo", "plugins", "cli")
}

# From the ground up; what stands in one row may import each other.
LAYERS = [
    [
        "errors",
        "printable",
        "entry",
        "admission",
        "files",
        "room",
        "devices",
        "cuda",
        "backends",
        "accelerator",
        "accepted",
        "amp",
        "distributed",
        "hub",
        "jit",
    ],
    ["calling", "transaction", "registry", "random"],
    ["kernels"],
    ["autograd"],
    ["ops", "linalg", "special"],
    ["tensor"],
    ["nn", "losses", "optim", "augment", "data", "utils", "serialization"],
    ["training"],
    ["plugins", "testing"],
    ["zoo"],
    ["cli", "__main__"],
]
RANK = {part: rank for rank, row in enumerate(LAYERS) for part in row}

# The only place that reaches upwards: a registry fills itself at its first look-up.
KNOTS = {("tensorlite.registry", "tensorlite.plugins")}


def modules():
    for top, package in FOLDERS.items():
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT / top).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            yield ".".join((package, *parts)), path


def part_of(module):
    """The second word of a module's name: the part of the house that it stands in."""
    return (module.split(".") + [""])[1]


def imported(module, path):
    """The modules of tensorlite that a source names, at the top or inside functions."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in without_type_checking(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] + "." if node.level else ""
            base = (base + (node.module or "")).strip(".")
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from names if base == "tensorlite" else [base]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            yield from (a.value for a in node.args if isinstance(a, ast.Constant))


def without_type_checking(tree):
    """Walk the nodes, but not what only a type checker reads."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from without_type_checking(child)


SOURCES = dict(modules())


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_imports_only_what_stands_below_it(module):
    part = part_of(module)
    for target in imported(module, SOURCES[module]):
        if not target.startswith("tensorlite.") or (module, target) in KNOTS:
            continue
        other = part_of(target)
        if other in RANK and other != part:
            assert RANK[other] <= RANK[part], f"{module} imports {target}"


def test_every_part_has_its_place():
    assert {part_of(module) for module in SOURCES} - {"", *RANK} == set()


def test_the_knots_are_really_there():
    for module, target in KNOTS:
        assert target in imported(module, SOURCES[module])


def test_importing_the_package_loads_nothing_heavy(tmp_path):
    source = """
import sys
import tensorlite as tl
heavy = set("numpy numba pluggy click PIL rich safetensors".split())
before = heavy & set(sys.modules)
tl.Tensor, tl.nn, tl.optim
after = (heavy - {"numpy"}) & set(sys.modules)
print(sorted(before), sorted(after))
"""
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout, done.stderr) == ("[] []\n", "")
