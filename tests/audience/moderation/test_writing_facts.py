"""What a text says of itself: addresses, hosts, capitals."""

import pytest

from audience.moderation.vocabulary import FACTS
from audience.moderation.writing_facts import addresses, domains, facts_of, host_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://a.org/x?y=1).", ["https://a.org/x?y=1"]),
        ("HTTP://A.org and www.b.org, not c.org", ["HTTP://A.org", "www.b.org"]),
        ("write to me@www.b.org", []),
        ("“https://a.org/”", ["https://a.org/"]),
        ("", []),
    ],
)
def test_addresses_are_found_without_the_punctuation_behind_them(text: str, found: list[str]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://User:secret@Sub.A.org:8080/x", "sub.a.org"),
        ("www.Exämple.org", "www.xn--exmple-cua.org"),
        ("https://a.org./", "a.org"),
        ("http://[::1", None),
        ("https://", None),
        ("https://-..-/", "-..-"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
    ],
)
def test_a_host_is_read_as_the_name_system_writes_it(address: str, host: str | None) -> None:
    assert host_of(address) == host


def test_a_rule_on_a_domain_is_on_all_below_it() -> None:
    assert domains("a.b.example.org") == ["a.b.example.org", "b.example.org", "example.org"]
    assert domains("localhost") == ["localhost"]


def test_the_facts_of_a_text_are_those_of_the_vocabulary() -> None:
    told = facts_of("LOUD https://x.a.org #Bread and #rye, @ada @Ada @ben", "nl")
    assert told["text.hosts"] == {"x.a.org", "a.org"}
    assert told["text.tags"] == {"bread", "rye"}
    assert (told["text.links"], told["text.mentions"], told["text.language"]) == (1, 2, "nl")
    assert facts_of("AbC 12", None)["text.capitals"] == pytest.approx(2 / 3)
    assert facts_of("12 !", None)["text.capitals"] == 0.0
    assert {name for name in FACTS["post"] if name.startswith("text")} == set(told)
