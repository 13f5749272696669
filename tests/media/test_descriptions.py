"""What pictures show, in words."""

import pytest
from sqlmodel import Session

from coop.errors import NotFound, RuleBroken
from coop.identity import Identity
from media import descriptions
from media.tables import Asset
from tests.audience.factories import make_asset
from tests.factories import identity_of, make_member


@pytest.fixture
def ada(session: Session) -> Identity:
    return identity_of(make_member(session, "ada"))


def test_a_picture_is_described_anew_as_often_as_its_owner_likes(session: Session, ada: Identity) -> None:
    made = make_asset(session, ada).id
    for words, kept in ((" A loaf,\r\nhalf of it cut ", "A loaf,\nhalf of it cut"), ("", "")):
        descriptions.describe(session, ada, made, words)
        session.expire_all()
        assert session.get_one(Asset, made).alt == kept


@pytest.mark.parametrize("words", ["x" * (descriptions.LONGEST + 1), "a\u202eb", "a\0b"])
def test_words_that_are_too_many_or_hide_something_describe_nothing(
    session: Session, ada: Identity, words: str
) -> None:
    made = make_asset(session, ada).id
    with pytest.raises(RuleBroken) as refused:
        descriptions.describe(session, ada, made, words)
    assert [fault.pointer for fault in refused.value.faults] == ["/alt"]
    assert session.get_one(Asset, made).alt == "A loaf"


def test_law_07_a_picture_of_somebody_else_answers_like_one_that_there_is_not(
    session: Session, ada: Identity
) -> None:
    other = make_asset(session, identity_of(make_member(session, "bruno"))).id
    for asset_id in (other, 7):
        with pytest.raises(NotFound):
            descriptions.describe(session, ada, asset_id, "Mine")
    assert session.get_one(Asset, other).alt == "A loaf"
