"""What a text says of itself: its addresses, topics, names and capitals, as facts for rules.

Pure.
"""

import re
from collections.abc import Container
from typing import Any
from urllib.parse import urlsplit

from audience.naming import mentions_in
from audience.topics import tags_in

_ADDRESS = re.compile(r"(?:https?://|(?<![\w@./-])www\.)[^\s<>\"'“”‘’]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}…"


def addresses(text: str) -> list[str]:
    """Return the addresses of a text as they are written, without the punctuation behind them."""
    if "://" not in text and "www." not in text.lower():
        return []
    return [found.rstrip(_TRAILING) for found in _ADDRESS.findall(text)]


def host_of(address: str) -> str | None:
    """Return the host of an address in small letters and as the name system writes it; None without one."""
    whole = address if "://" in address else f"https://{address}"
    try:
        host = urlsplit(whole).hostname
    except ValueError:
        return None
    if not host:
        return None
    try:
        return host.rstrip(".").encode("idna").decode()
    except UnicodeError:
        return host.rstrip(".")


def domains(host: str) -> list[str]:
    """Return a host and the domains it lies in, of two labels at least: a rule on one is on all below."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def facts_of(text: str, language: str | None, wanted: Container[str] | None = None) -> dict[str, Any]:
    """Return the facts of a text, by the names of the vocabulary.

    Where it is said which are ``wanted``, what takes a look at every letter is left out unless it is.
    """
    found = addresses(text)
    hosts = {one for host in map(host_of, found) if host is not None for one in domains(host)}
    said = {
        "text": text,
        "text.language": language or "",
        "text.tags": frozenset(tags_in(text)) if "#" in text else frozenset(),
        "text.links": len(found),
        "text.hosts": frozenset(hosts),
        "text.mentions": len(mentions_in(text)) if "@" in text else 0,
    }
    if wanted is None or "text.capitals" in wanted:
        said["text.capitals"] = _capitals(text)
    return said


def _capitals(text: str) -> float:
    capitals = sum(map(str.isupper, text))
    return capitals / sum(map(str.isalpha, text)) if capitals else 0.0
