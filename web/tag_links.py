"""Tags in a text as links to their pages. Pure: a tag is linked whether or not anybody sees a post of it."""

from urllib.parse import quote

from markupsafe import Markup, escape

from audience.topics import pieces


def tag_links(body: str) -> Markup:
    """Return a text for a page, each tag in it a link."""
    return Markup("").join(
        escape(said) if tag is None else Markup('<a href="/tags/{}">{}</a>').format(quote(tag), said)
        for said, tag in pieces(body)
    )
