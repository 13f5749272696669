"""Offers: what a room takes, and of what it does not, which line is wrong and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.rooms.session_description import LARGEST, Role, check_fragment, check_offer
from coop.errors import RuleBroken
from tests.audience.rooms.offers import DATA, FRAGMENT, HEAD, PICTURE, SOUND, hearing, offer


def refused(said: str, role: Role = "speak", *, video: bool = False) -> dict[str, str]:
    """What is wrong with an offer, by the line."""
    with pytest.raises(RuleBroken) as error:
        check_offer(said, role, video=video)
    return {fault.pointer: fault.detail for fault in error.value.faults}


@pytest.mark.parametrize(
    "said",
    [
        offer(),
        offer().replace("\r\n", "\n"),
        offer().removesuffix("\r\n"),
        offer().replace("a=sendonly", "a=sendrecv"),
        offer().replace("a=sendonly\r\n", ""),
        offer().replace("a=sendonly\r\n", "").replace("t=0 0\r\n", "t=0 0\r\na=sendonly\r\n"),
        offer().replace("UDP/TLS", "TCP/TLS"),
    ],
)
def test_an_offer_of_sound_is_taken_however_it_says_that_it_sends(said: str) -> None:
    check_offer(said, "speak", video=False)


def test_what_the_session_says_of_keys_holds_for_every_part() -> None:
    keys = [line for line in SOUND.splitlines() if line.startswith(("a=ice-ufrag", "a=ice-pwd", "a=finger"))]
    bare = "\n".join(line for line in SOUND.splitlines() if line not in keys) + "\n"
    said = (HEAD + "\n".join(keys) + "\n" + bare).replace("\n", "\r\n")
    check_offer(said, "speak", video=False)
    assert "a=ice-ufrag, a=ice-pwd, a=fingerprint" in refused(offer(bare))["line/7"]


def test_a_picture_is_taken_where_the_room_has_one_and_refused_by_its_line_where_it_has_none() -> None:
    check_offer(offer(SOUND, PICTURE), "speak", video=True)
    check_offer(offer(PICTURE), "speak", video=True)
    check_offer(hearing(SOUND, PICTURE), "listen", video=True)
    assert refused(offer(SOUND, PICTURE)) == {"line/19": "This room is for sound alone: offer no picture."}


def test_whoever_listens_sends_nothing_and_whoever_speaks_sends() -> None:
    check_offer(hearing(), "listen", video=False)
    assert refused(offer(), "listen") == {
        "line/16": "Whoever means to listen offers a=recvonly, and this is sendonly."
    }
    assert "a=sendonly or a=sendrecv" in refused(hearing(), "speak")["line/16"]
    assert "inactive" in refused(offer().replace("sendonly", "inactive"))["line/16"]
    unsaid = offer().replace("a=sendonly\r\n", "")
    assert "this is sendrecv" in refused(unsaid, "listen")["line/7"]
    both = offer().replace("a=sendonly", "a=sendonly\r\na=recvonly")
    assert "say one of them" in refused(both)["line/7"]


@pytest.mark.parametrize(
    ("said", "line", "words"),
    [
        ("", "line/1", "one small letter"),
        ("v=0", "line/1", "once: o=, s=, t="),
        (offer().replace("v=0", "v=1"), "line/1", "begins with v=0"),
        (offer().replace("t=0 0\r\n", ""), "line/5", "once: t="),
        (offer().replace("s=-\r\n", "s=-\r\ns=-\r\n"), "line/7", "once: s="),
        (HEAD, "line/1", "no m= line"),
        (offer(SOUND, SOUND), "line/19", "one audio at most"),
        (offer(SOUND, DATA), "line/19", "nothing else"),
        (offer(SOUND.replace("m=audio", "m=text")), "line/7", "nothing else"),
        (offer().replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "line/7", "encrypted"),
        (offer().replace("m=audio 9 ", "m=audio x "), "line/7", "An m= line says"),
        (offer().replace("a=mid:0", "a =mid"), "line/15", "one small letter"),
        (offer().replace("a=mid:0", "a=mid:\0"), "line/15", "one small letter"),
        (offer().replace("a=mid:0", "a=mid:0\ra=x"), "line/15", "one small letter"),
        (offer().replace("a=mid:0", ""), "line/15", "one small letter"),
        ('{"sdp": "v=0"}', "line/1", "one small letter"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(said: str, line: str, words: str) -> None:
    assert words in refused(said)[line]


def test_an_offer_that_is_too_large_is_refused_before_it_is_read() -> None:
    long = offer() + "a=x\r\n" * (LARGEST // 5)
    with pytest.raises(RuleBroken, match="at most 64 KiB"):
        check_offer(long, "speak", video=False)
    with pytest.raises(RuleBroken, match="at most 64 KiB"):
        check_fragment(FRAGMENT + "a=mid:0\r\n" * (LARGEST // 9))


def test_of_many_wrong_lines_only_the_first_are_told() -> None:
    assert len(refused("nothing\n" * 500)) == 8


def test_a_fragment_says_how_one_can_be_reached_and_nothing_else() -> None:
    check_fragment(FRAGMENT)
    for spoiled, line in (
        (FRAGMENT + "a=fingerprint:sha-256 00\r\n", "line/7"),
        (FRAGMENT.replace("m=audio", "m=application"), "line/3"),
        ("v=0\r\n" + FRAGMENT, "line/1"),
    ):
        with pytest.raises(RuleBroken) as error:
            check_fragment(spoiled)
        assert [fault.pointer for fault in error.value.faults] == [line]


@given(st.text(), st.integers(0, 400), st.integers(0, 40))
def test_whatever_is_sent_is_taken_or_refused_and_breaks_nothing(noise: str, at: int, cut: int) -> None:
    said = offer()
    spoiled = said[:at] + noise + said[at + cut :]
    try:
        check_offer(spoiled, "speak", video=False)
    except RuleBroken as error:
        assert len(error.faults) <= 8
