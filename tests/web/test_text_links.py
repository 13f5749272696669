"""Tags and handles in a text are links, and nothing else in it is markup."""

import pytest

from web.text_links import text_links


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
        ("@Ada, see #rye", '<a href="/members/ada">@Ada</a>, see <a href="/tags/rye">#rye</a>'),
        ("me@example.org #rye@ada @1", 'me@example.org <a href="/tags/rye">#rye</a>@ada @1'),
        ("<@ada>", '&lt;<a href="/members/ada">@ada</a>&gt;'),
        ('"#q"<script>', '&#34;<a href="/tags/q">#q</a>&#34;&lt;script&gt;'),
    ],
)
def test_each_tag_and_each_handle_is_a_link_and_all_else_is_text(body: str, html: str) -> None:
    assert text_links(body) == html
