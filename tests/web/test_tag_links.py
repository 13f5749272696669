"""Tags in a text are links, and nothing else in it is markup."""

import pytest

from web.tag_links import tag_links


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("", ""),
        ("Bread & butter <b>", "Bread &amp; butter &lt;b&gt;"),
        ("#Bread!", '<a href="/tags/bread">#Bread</a>!'),
        ("#a#b", '<a href="/tags/a">#a</a>#b'),
        ("(#rye, #1 and no&#39; #)", '(<a href="/tags/rye">#rye</a>, #1 and no&amp;#39; #)'),
        ("#brötchen", '<a href="/tags/br%C3%B6tchen">#brötchen</a>'),
        ("x#y /#z", "x#y /#z"),
        ('"#q"<script>', '&#34;<a href="/tags/q">#q</a>&#34;&lt;script&gt;'),
    ],
)
def test_each_tag_is_a_link_and_all_else_is_text(body: str, html: str) -> None:
    assert tag_links(body) == html
