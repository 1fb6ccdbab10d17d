"""The version of the hooks, and what a plugin says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from tensorlite.errors import PluginError

API = 1  # raised when a plugin that was written before would no longer work


@dataclass(frozen=True)
class PluginInfo:
    """What the hook ``plugin_info`` returns.

    Args:
        api: The version of the hooks that the plugin was written for.
        homepage: Where to read more.

    Example:
        >>> PluginInfo(api=1, homepage="https://example.org/swish").api
        1
    """

    api: int = API
    homepage: str = ""

    def check(self, upgrade: str) -> None:
        """Compare the version with that of this tensorlite.

        Args:
            upgrade: What to type for a newer version of the plugin.

        Raises:
            PluginError: If the plugin was written for another one.
        """
        if not isinstance(self.api, int):
            raise PluginError(f"expected api as a whole number such as {API}, got {self.api!r}.")
        if self.api != API:
            message = f"it is written for plugin API {self.api}, and this tensorlite has {API}."
            newer = self.api > API
            hint = "pip install --upgrade tensorlite" if newer else upgrade
            raise PluginError(message, hint=hint)
