"""Which plugins provided what a training uses, and what to install where they are missing."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from tensorlite import registry
from tensorlite.entry import BUILT_IN, SCRIPT, Entry

Provenance = dict[str, Any]


def provenance(uses: Iterable[Entry[Any]]) -> list[Provenance]:
    """The plugins behind some entries: name, distribution and version or file and SHA-256.

    Args:
        uses: What was used; what tensorlite or a script registered itself is left out.

    Example:
        >>> provenance([registry.layers.info("relu")])
        []
    """
    found: dict[str, Provenance] = {}
    for entry in uses:
        if entry.owner not in (BUILT_IN, SCRIPT):
            about = found.setdefault(entry.owner, {**entry.by.to_dict(), "provides": []})
            about["provides"].append([entry.kind, entry.name])
    return [found[name] for name in sorted(found)]


def missing(plugins: Sequence[Provenance]) -> list[Provenance]:
    """Those that are not loaded here, or no longer provide what was used."""
    by_kind = {each.kind: each for each in registry.REGISTRIES.values()}
    return [
        about
        for about in plugins
        if any(f"{about['name']}:{name}" not in by_kind[kind] for kind, name in about["provides"])
    ]


def titles(plugins: Sequence[Provenance]) -> str:
    """Name some plugins for a message.

    Example:
        >>> titles([{"name": "swish", "distribution": "tensorlite-swish", "version": "1.2"}])
        "the plugin 'swish' (tensorlite-swish 1.2)"
    """
    named = [f"{p['name']!r} ({_source(p)})" for p in plugins]
    return f"the plugin{'s' * (len(named) > 1)} {', '.join(named)}"


def remedy(plugins: Sequence[Provenance], options: str = "") -> str:
    """What to type to have some plugins.

    Args:
        plugins: What ``missing`` returned.
        options: Options ``--plugin`` with better paths than the names of files.

    Example:
        >>> swish = {"name": "swish", "distribution": "tensorlite-swish", "version": "1.2"}
        >>> remedy([swish, {"name": "blur", "file": "blur.py", "sha256": "1f4a"}])
        'pip install tensorlite-swish==1.2 and --plugin blur.py'
    """
    installed = [f"{p['distribution']}=={p['version']}" for p in plugins if "distribution" in p]
    others = [str(p.get("file", p["name"])) for p in plugins if "distribution" not in p]
    options = options or " ".join(f"--plugin {shlex.quote(each)}" for each in others)
    pip = f"pip install {' '.join(installed)}" if installed else ""
    return " and ".join(filter(None, (pip, options)))


def _source(about: Provenance) -> str:
    if "distribution" in about:
        return f"{about['distribution']} {about['version']}"
    digest = f", SHA-256 {about['sha256'][:12]}..." if "sha256" in about else ""
    return f"{about.get('file', 'a module')}{digest}"


def is_provenance(value: Any) -> bool:
    """Whether a value read from a file has the form of a list that ``provenance`` makes."""
    return isinstance(value, list) and all(map(_is_about_one, value))


def _is_about_one(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("provides"), list):
        return False
    texts = (value.get("name"), *(v for k, v in value.items() if k != "provides"))
    kinds = {each.kind for each in registry.REGISTRIES.values()}
    pairs = (isinstance(p, list) and len(p) == 2 and p[0] in kinds for p in value["provides"])
    return all(isinstance(text, str) for text in texts) and all(pairs)
