"""Deliveries are signed so that any library of Standard Webhooks verifies them."""

import base64
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from coop.webhook_signature import PREFIX, headers, new_secret

AT = datetime.fromtimestamp(1614265330, UTC)


def test_the_signature_is_the_one_of_the_specification_s_own_libraries() -> None:
    """The example that the specification's libraries are tested with."""
    made = headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, b'{"test": 2432232314}'
    )
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_long_and_its_own() -> None:
    made = {new_secret() for _ in range(10)}
    assert len(made) == 10
    assert all(len(base64.b64decode(one.removeprefix(PREFIX), validate=True)) == 32 for one in made)


@given(st.binary(), st.binary())
def test_another_body_has_another_signature(one: bytes, other: bytes) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert (headers(secret, "event_1", AT, one) == headers(secret, "event_1", AT, other)) == (one == other)
