"""The checks find mistakes: programs that pass are changed in one place, and must fail then."""

import ast
import types
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tensorlite.testing import CheckFailure
from tests.testing.faults import FAULTS

CORRECT = {path.stem: path.read_text("utf-8") for path in Path(__file__).parent.glob("correct/*")}


def slips_in(source):
    """Every slip of the pen in a ``backward``: another sign, a factor too many or left out."""
    places = [
        (function.lineno, i)
        for function in ast.walk(ast.parse(source))
        if getattr(function, "name", "") == "backward"
        for i, node in enumerate(ast.walk(function))
        if isinstance(node, ast.BinOp)
    ]
    for line, place in places:
        for slip in (_other_operator, _left_only, _right_only, _off_by_a_tenth):
            tree = ast.parse(source)
            function = next(
                n
                for n in ast.walk(tree)
                if getattr(n, "name", "") == "backward" and n.lineno == line
            )
            slip(list(ast.walk(function))[place])
            yield ast.unparse(ast.fix_missing_locations(tree))


def _other_operator(node):
    swapped = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}
    node.op = swapped[type(node.op)]()


def _left_only(node):
    node.right = ast.Constant(0.0 if isinstance(node.op, ast.Add | ast.Sub) else 1.0)


def _right_only(node):
    node.left = ast.Constant(0.0 if isinstance(node.op, ast.Add | ast.Sub) else 1.0)


def _off_by_a_tenth(node):
    node.left = ast.BinOp(node.left, ast.Mult(), ast.Constant(1.1))


def planted():
    for kind, faults in FAULTS.items():
        for old, new in faults:
            assert old in CORRECT[kind], f"{kind} has no {old!r}"
            yield kind, f"{old!r} -> {new!r}", CORRECT[kind].replace(old, new)
    for kind in ("function", "loss"):
        for number, source in enumerate(slips_in(CORRECT[kind])):
            if not _difference(CORRECT[kind], source):
                continue
            yield (
                f"{kind}: backward",
                f"slip {number}: {_difference(CORRECT[kind], source)}",
                source,
            )


def _difference(old, new):
    known = {line.strip() for line in ast.unparse(ast.parse(old)).splitlines()}
    return [line.strip() for line in new.splitlines() if line.strip() not in known]


def run(source):
    module = types.ModuleType("tried")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        exec(compile(source, "tried.py", "exec"), vars(module))
        module.check()


@pytest.mark.parametrize("kind", CORRECT)
def test_a_correct_program_passes(kind):
    run(CORRECT[kind])


def test_nearly_every_planted_fault_is_found():
    found, missed, total = Counter(), [], Counter()
    for kind, change, source in planted():
        total[kind] += 1
        try:
            run(source)
        except CheckFailure:
            found[kind] += 1
        except TypeError as error:  # a program that Python itself refuses when it is read
            assert "metaclass" in str(error)
        else:
            missed.append(f"{kind}: {change}")
    report = "\n".join(missed)
    assert sum(total.values()) >= 150
    assert sum(found.values()) >= 0.95 * sum(total.values()), report
    assert all(found[kind] >= 0.9 * total[kind] for kind in total), report
