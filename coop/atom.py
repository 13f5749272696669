"""Atom documents (RFC 4287), with ids that stay (RFC 4151).

Pure. The markup is made by a serialiser that escapes, and characters that XML 1.0 cannot hold are replaced,
so no title can break the document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0 §2.2."""
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    id: str
    title: str
    updated: datetime
    link: str
    summary: str
    category: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and its entries, the newest first."""

    id: str
    title: str
    author: str
    link: str
    """The page that shows the same to people."""
    itself: str
    """Where this document is."""
    updated: datetime
    entries: Sequence[Entry]


def tag_uri(public_url: str, year: int, specific: str) -> str:
    """Return a ``tag:`` URI: it names a thing for good, and is nobody's address.

    The authority is the host of ``public_url``, without a port; ``year`` one in which the host was ours.
    """
    host = _NOT_IN_A_NAME.sub("-", (urlsplit(public_url).hostname or "").lower()).strip("-")
    return f"tag:{host},{year}:{specific}"


def document(feed: Feed) -> bytes:
    """Return the feed as XML in UTF-8."""
    root = ElementTree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.updated))
    _text(ElementTree.SubElement(root, "author"), "name", feed.author)
    _link(root, "self", MEDIA_TYPE, feed.itself)
    _link(root, "alternate", "text/html", feed.link)
    for entry in feed.entries:
        _entry(ElementTree.SubElement(root, "entry"), entry)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _entry(element: ElementTree.Element, entry: Entry) -> None:
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "updated", _moment(entry.updated))
    _link(element, "alternate", "text/html", entry.link)
    ElementTree.SubElement(element, "category", {"term": _fit(entry.category)})
    _text(element, "summary", entry.summary)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _fit(text)


def _link(parent: ElementTree.Element, relation: str, kind: str, address: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": relation, "type": kind, "href": _fit(address)})


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
