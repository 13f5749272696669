"""Masking: what somebody wrote, without the names in it.

Pure. Jurors judge what was said and not who said it: whoever a text names by ``@handle`` is told apart by a
letter, in the order in which they come up, and whoever is judged is ``@author``.
"""

import re
from collections.abc import Mapping

from coop.names import normal

_NAMED = re.compile(r"@(\w{2,30})")


class Masks:
    """The letters that one case gives to handles."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._given: dict[str, str] = dict(known)
        """By handle: what stands for it."""
        self._known = len(known)

    def mask(self, text: str) -> str:
        """Return a text with a letter for every handle in it."""
        return _NAMED.sub(lambda found: f"@{self._of(normal(found[1]))}", text)

    def _of(self, handle: str) -> str:
        if handle not in self._given:
            number = len(self._given) - self._known
            self._given[handle] = chr(ord("A") + number) if number < 26 else f"other{number}"
        return self._given[handle]
