"""The client of the media server: what it sends, what it takes for an answer, and what it refuses."""

import threading
import time

import pytest

from audience.rooms.sfu import Sfu, SfuUnavailable, is_entity_tag, sfu_of
from coop.errors import NotFound, NotYet, RuleBroken
from coop.settings import Settings
from tests.audience.rooms.media_server import TOKEN, MediaServer
from tests.audience.rooms.offers import FRAGMENT, hearing, offer


def test_a_stream_is_published_played_and_closed(server: MediaServer) -> None:
    sfu = server.sfu()
    made = sfu.publish("abc", offer())
    assert made.answer.startswith("v=0\r\n")
    assert "a=recvonly" in made.answer
    assert made.etag == '"abc"'
    heard = sfu.play("abc", hearing())
    assert "a=sendonly" in heard.answer
    assert server.open == ["abc", "abc"]
    first = server.seen["asked"][0]
    assert (first["method"], first["path"], first["body"]) == ("POST", "/abc/whip", offer())
    assert first["headers"]["content-type"] == "application/sdp"
    assert first["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert server.asked[1] == ("POST", "/abc/whep")
    for session in (made, heard):
        assert session.resource.startswith(f"http://127.0.0.1:{server.port}/abc/")
        sfu.close(session.resource)
    assert server.open == []


def test_a_session_that_is_gone_is_closed(server: MediaServer) -> None:
    made = server.sfu().publish("abc", offer())
    for _ in range(2):
        server.sfu().close(made.resource)


def test_a_session_may_be_named_by_its_whole_address(server: MediaServer) -> None:
    server.behave(post="absolute")
    made = server.sfu().publish("abc", offer())
    assert made.resource.startswith(f"http://127.0.0.1:{server.port}/abc/whip/")


def test_the_name_of_a_stream_stands_in_no_answer(server: MediaServer) -> None:
    server.behave(post="named")
    said = server.sfu().publish("a-name-that-nobody-knows", offer()).answer
    assert said.endswith("a=msid:stream x\r\n") and "nobody-knows" not in said


@pytest.mark.parametrize("how", ["huge", "type", "bytes"])
def test_a_session_whose_answer_is_of_no_use_is_closed_again(server: MediaServer, how: str) -> None:
    server.behave(post=how)
    with pytest.raises(SfuUnavailable, match="does not answer as it should"):
        server.sfu().publish("abc", offer())
    assert [method for method, _ in server.asked] == ["POST", "DELETE"]
    assert server.open == []


@pytest.mark.parametrize(
    "how", ["redirect", "nowhere", "elsewhere", "user", "500", "401", "403", "200", "405"]
)
def test_whatever_else_it_answers_is_no_session_and_nothing_else_is_asked(
    server: MediaServer, how: str
) -> None:
    server.behave(post=how)
    with pytest.raises(SfuUnavailable, match="chat and queue go on") as told:
        server.sfu().publish("abc", offer())
    assert str(server.port) not in told.value.detail
    assert len(server.asked) == 1


@pytest.mark.parametrize("how", ["400", "406", "415", "422"])
def test_an_offer_that_it_does_not_take_is_told_as_such(server: MediaServer, how: str) -> None:
    server.behave(post=how)
    with pytest.raises(RuleBroken, match="does not take this offer"):
        server.sfu().publish("abc", offer())


def test_of_a_stream_that_nobody_sends_one_is_told_to_ask_again_in_a_moment(server: MediaServer) -> None:
    with pytest.raises(NotYet) as told:
        server.sfu().play("abc", hearing())
    assert told.value.retry_after_s == 1
    server.behave(post="404")
    with pytest.raises(SfuUnavailable):
        server.sfu().publish("abc", offer())


def test_without_the_token_nothing_is_opened(server: MediaServer) -> None:
    for token in (None, "another"):
        with pytest.raises(SfuUnavailable):
            server.sfu(token=token).publish("abc", offer())
    assert "authorization" not in server.seen["asked"][0]["headers"]
    assert server.open == []


@pytest.mark.parametrize("how", ["slow", "drip"])
def test_a_server_that_takes_its_time_is_given_up(server: MediaServer, how: str) -> None:
    server.behave(post=how)
    began = time.monotonic()
    with pytest.raises(SfuUnavailable, match="does not answer"):
        server.sfu(seconds=0.3).publish("abc", offer())
    assert time.monotonic() - began < 1


def test_a_server_that_is_not_there_is_told_plainly() -> None:
    for nowhere in ("http://127.0.0.1:1/{stream}", "http://no-such-host.invalid/{stream}"):
        with pytest.raises(SfuUnavailable, match="does not answer"):
            Sfu(nowhere, nowhere, None, seconds=2).publish("abc", offer())


def test_while_as_many_wait_for_it_as_may_the_next_is_told_at_once(server: MediaServer) -> None:
    server.behave(post="slow", slow_s=1)
    sfu = server.sfu(at_once=1)
    waiting = threading.Thread(target=sfu.publish, args=("abc", offer()))
    waiting.start()
    while not server.asked:
        time.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(SfuUnavailable, match="too much at once"):
        sfu.publish("other", offer())
    assert time.monotonic() - began < 0.5
    waiting.join()
    server.behave()
    sfu.publish("other", offer())
    assert server.open == ["abc", "other"]


def test_candidates_are_handed_on_with_what_names_their_session(server: MediaServer) -> None:
    sfu = server.sfu()
    made = sfu.publish("abc", offer())
    assert sfu.trickle(made.resource, FRAGMENT, made.etag) is None
    sent = server.seen["asked"][-1]
    assert (sent["method"], sent["body"]) == ("PATCH", FRAGMENT)
    assert sent["headers"]["content-type"] == "application/trickle-ice-sdpfrag"
    assert sent["headers"]["if-match"] == '"abc"'
    server.behave(patch=200)
    assert sfu.trickle(made.resource, FRAGMENT) == "a=ice-ufrag:abcd\r\n"
    assert "if-match" not in server.seen["asked"][-1]["headers"]


@pytest.mark.parametrize("status", [405, 501, 422])
def test_a_server_that_takes_no_candidates_later_is_told_of_with_what_to_do(
    server: MediaServer, status: int
) -> None:
    made = server.sfu().publish("abc", offer())
    server.behave(patch=status)
    with pytest.raises(RuleBroken, match="gather them first"):
        server.sfu().trickle(made.resource, FRAGMENT)


def test_candidates_of_a_session_that_is_gone_are_told_so(server: MediaServer) -> None:
    made = server.sfu().publish("abc", offer())
    server.sfu().close(made.resource)
    with pytest.raises(NotFound):
        server.sfu().trickle(made.resource, FRAGMENT)


def test_a_session_that_may_still_be_open_is_not_said_to_be_closed(server: MediaServer) -> None:
    made = server.sfu().publish("abc", offer())
    server.behave(delete=500)
    with pytest.raises(SfuUnavailable):
        server.sfu().close(made.resource)


def test_our_token_goes_to_no_server_that_the_operator_does_not_name(server: MediaServer) -> None:
    made = server.sfu().publish("abc", offer())
    other = Sfu("http://127.0.0.1:1/{stream}", "http://127.0.0.1:1/{stream}", TOKEN)
    other.close(made.resource)
    with pytest.raises(NotFound):
        other.trickle(made.resource, FRAGMENT)
    assert len(server.asked) == 1


def test_an_entity_tag_holds_nothing_that_would_break_a_header() -> None:
    assert all(map(is_entity_tag, (None, "*", '"abc"', 'W/"abc"')))
    assert not any(map(is_entity_tag, ("", "a\r\nb", "a b", '"' + "x" * 300 + '"')))


def test_a_coop_without_a_media_server_has_none(settings: Settings) -> None:
    assert sfu_of(settings) is None
    named = {"sfu_publish_url": "http://sfu/{stream}/whip", "sfu_play_url": "http://sfu/{stream}/whep"}
    assert sfu_of(settings.model_copy(update=named)) is not None
