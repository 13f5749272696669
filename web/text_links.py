"""Links in what people write: each tag leads to what bears it, each handle to its member."""

from collections.abc import Iterator
from urllib.parse import quote

from markupsafe import Markup, escape

from audience import naming, topics


def text_links(body: str) -> Markup:
    """Return a text for a page, each tag and each handle in it a link."""
    return Markup("").join(_linked(body))


def _linked(body: str) -> Iterator[Markup]:
    end = 0
    for said, tag in topics.pieces(body):
        begin, end = end, end + len(said)
        if tag is None:
            yield from _with_members(body, begin, end)
        else:
            yield _link("tags", tag, said)


def _with_members(body: str, begin: int, end: int) -> Iterator[Markup]:
    for said, handle in naming.pieces(body, begin, end):
        yield escape(said) if handle is None else _link("members", handle, said)


def _link(room: str, name: str, said: str) -> Markup:
    return Markup('<a href="/{}/{}">{}</a>').format(room, quote(name), said)
