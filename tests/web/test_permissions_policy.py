"""What pages may ask a browser for: nothing, save the microphone and the camera on the page of a room."""

import pytest
from flask import Flask, Response

from tests.web.browser import Browser
from web.permissions_policy import FEATURES, permissions_policy
from web.room_stream_pages import allow_media

NOTHING = "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=()"


def test_a_page_may_ask_for_nothing_unless_it_says_so(visitor: Browser) -> None:
    assert visitor.get("/").headers["Permissions-Policy"] == permissions_policy() == NOTHING
    assert len(FEATURES) == 5


@pytest.mark.parametrize(
    ("video", "allowed"), [(False, {"microphone=(self)"}), (True, {"microphone=(self)", "camera=(self)"})]
)
def test_a_room_s_page_may_ask_for_the_microphone_and_for_the_camera_where_it_has_a_picture(
    app: Flask, video: bool, allowed: set[str]
) -> None:
    with app.test_request_context("/"):
        shown = app.process_response(allow_media(Response("a room"), video=video))
    said = shown.headers["Permissions-Policy"].split(", ")
    assert {one for one in said if not one.endswith("=()")} == allowed
    assert len(said) == len(FEATURES)
