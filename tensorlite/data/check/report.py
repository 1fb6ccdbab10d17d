"""What a check found: sentences with the files they are about, as a table and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "missing": "named in a list but not there",
    "empty": "no bytes",
    "corrupt": "cannot be decoded, or not as it was written",
    "truncated": "ends too early",
    "blank": "one colour everywhere",
    "suffix": "another format than the name says",
    "leak": "the same picture in several splits",
    "duplicate": "the same pixels",
    "near-duplicate": "the same picture, saved or edited again",
    "conflict": "the same picture under several labels",
    "unlabelled": "a picture without a label",
    "classes": "too few classes, or one without pictures",
    "box": "a box that cannot be right",
    "mask": "a mask that does not fit its picture",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Args:
        kind: One of ``KINDS``.
        places: The files, relative to the folder; ``train[17]`` is a picture of an array.
        what: What is wrong, for people.
    """

    kind: str
    places: tuple[str, ...]
    what: str


@dataclass
class Report:
    """All that a check found.

    Args:
        source: The path or name as it was given.
        pictures: How many pictures were looked at.
        findings: What is wrong, in the order of ``KINDS``.
    """

    source: str
    pictures: int = 0
    findings: list[Finding] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def affected(self) -> set[str]:
        """Every place that some finding names."""
        return {place for finding in self.findings for place in finding.places}

    def sentence(self) -> str:
        """One line that says how it went.

        Example:
            >>> Report("photos", 12).sentence()
            '12 pictures looked at, nothing found'
        """
        looked = f"{self.pictures:,} pictures looked at"
        counts = ", ".join(f"{count:,} {kind}" for kind, count in self.counts().items())
        return f"{looked}, {counts or 'nothing found'}"

    def to_dict(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        findings = [
            {"kind": each.kind, "files": list(each.places), "what": each.what}
            for each in self.findings
        ]
        about = {"source": self.source, "pictures": self.pictures, "counts": self.counts()}
        return {**about, "findings": findings}


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by kind, what comes first weighing most, and keep the order within a kind."""
    order = list(KINDS)
    return sorted(findings, key=lambda finding: order.index(finding.kind))
