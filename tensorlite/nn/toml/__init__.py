"""Models written in TOML: registered layers by name, with the sizes of their inputs inferred.

What is where: ``source`` reads a file and knows the line of every word in it, ``calls`` understands
``conv2d(64, 3, padding=1)``, ``build`` turns lists of these into modules, ``graph`` is a module
whose steps are joined by name, and ``model`` is the factory that the registry hands out. The
language is described in ``docs/toml-models.md``.
"""

from tensorlite.nn.toml.model import TomlModel, entry_of

__all__ = ["TomlModel", "entry_of"]
