"""Changes of profiles that a rule holds back or labels: others see what was there before."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience.moderation import ending_holds, reasons
from audience.moderation.ending_holds import UNSEEN
from audience.moderation.screening import screen_profile
from audience.moderation.tables import Decision
from coop import directory, members, profiles
from coop.book import Book
from coop.identity import Identity
from coop.members import Newcomer
from coop.passwords import CHEAP
from coop.profile_tables import ProfileChange
from tests.audience.factories import NOW
from tests.audience.moderation.rules import rule, with_rules
from tests.coop.told import told
from tests.factories import PASSWORD

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
RULES = {
    "links": rule("text.links > 0", about="Links", on=["profile"]),
    "shop": rule("size(words.shop) > 0", "label", about="Sells", label="shop", on=["profile"]),
    "often": rule("author.changes_day >= 5", on=["profile"]),
}
LINK = "See https://a.example"


@pytest.fixture
def ruled(book: Book) -> Book:
    return with_rules(book, RULES, words={"shop": ["sale"]})


def change(session: Session, book: Book, who: Identity, *, at: datetime = NOW, **said: str) -> None:
    profiles.change(session, book, who, said, screen_profile, at)


def shown(session: Session, handle: str = "ada") -> tuple[str, str]:
    card = directory.member(session, handle)
    return card.display_name, card.about


def held_by(session: Session, who: Identity) -> int:
    found = reasons.of_waiting_profile(session, who)
    assert found is not None
    return found


def end(session: Session, book: Book, decision_id: int) -> Decision:
    assert ending_holds.end_hold(session, book, decision_id, UNSEEN, NOW + DAY)
    session.expire_all()
    return session.get_one(Decision, decision_id)


def test_what_a_profile_said_is_not_kept_with_the_decision_on_it(
    session: Session, book: Book, ada: Identity
) -> None:
    asks = "profile.about.contains('sale') && profile.name.contains('Love') && text.links == 0"
    asked = with_rules(book, {"sale": rule(asks, on=["profile"])})
    change(session, asked, ada, about="My secret sale", display_name="Ada Lovelace")
    kept = session.get_one(Decision, held_by(session, ada)).causes
    assert "secret" not in f"{kept}" and "Lovelace" not in f"{kept}"
    assert [one["came"] for one in kept[0]["matched"]] == [True, True, True]
    assert [one["facts"] for one in kept[0]["matched"]] == [{}, {}, {"text.links": 0}]


def test_what_no_rule_speaks_of_is_changed_at_once_and_kept_nowhere_else(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about="Rye")
    assert shown(session) == ("Ada", "Rye")
    (kept,) = session.scalars(select(ProfileChange)).all()
    assert (kept.display_name, kept.about, kept.held_at) == (None, None, None)
    change(session, ruled, ada, about="Rye")
    assert len(session.scalars(select(ProfileChange)).all()) == 1


def test_law_07_while_a_change_is_held_others_see_what_was_there_before(
    session: Session, ruled: Book, ada: Identity, ben: Identity
) -> None:
    change(session, ruled, ada, about="Rye")
    change(session, ruled, ada, about=LINK, display_name="Ada L.")
    assert shown(session) == ("Ada", "Rye")
    waits = profiles.waiting(session, ada)
    assert waits is not None and (waits.display_name, waits.about) == ("Ada L.", LINK)
    assert profiles.waiting(session, ben) is None
    assert directory.members_found(session, "example", None, 9) == []
    (notice,) = told(session, ada)
    assert notice.line == "A change of your profile is held back."


def test_a_held_change_is_made_when_nobody_has_decided_in_time_with_what_milder_rules_say(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=f"{LINK} sale")
    assert directory.member(session, "ada").flag is None
    assert end(session, ruled, held_by(session, ada)).ended_why == UNSEEN
    assert shown(session) == ("Ada", f"{LINK} sale")
    flag = directory.member(session, "ada").flag
    assert flag is not None and (flag["action"], flag["labels"]) == ("label", ["shop"])
    assert profiles.waiting(session, ada) is None


def test_a_label_stands_with_the_profile_until_it_is_changed(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about="Sale!")
    flag = directory.member(session, "ada").flag
    assert flag is not None
    assert [one["about"] for one in flag["reasons"]] == ["Sells"]
    change(session, ruled, ada, about="Rye")
    assert directory.member(session, "ada").flag is None


def test_a_later_change_begins_from_the_one_that_waits_and_takes_its_place(
    session: Session, ruled: Book, ada: Identity
) -> None:
    change(session, ruled, ada, about=LINK)
    first = held_by(session, ada)
    change(session, ruled, ada, display_name="Ada L.")
    assert shown(session) == ("Ada", "")
    second = held_by(session, ada)
    assert first != second
    assert end(session, ruled, first).ended_why == "taken_back"
    assert shown(session) == ("Ada", "")
    change(session, ruled, ada, about="Rye")
    assert shown(session) == ("Ada L.", "Rye")
    assert end(session, ruled, second).ended_why == "taken_back"
    assert shown(session) == ("Ada L.", "Rye")


def test_law_13_a_rule_on_profiles_that_cannot_be_decided_holds(
    session: Session, book: Book, ada: Identity
) -> None:
    divides = rule("1 / text.links > 3", "label", on=["profile"])
    change(session, with_rules(book, {"divides": divides}), ada, about="Rye")
    assert shown(session) == ("Ada", "")
    assert session.get_one(Decision, held_by(session, ada)).causes[0]["then"] == "hold"


def test_how_often_somebody_changes_counts_what_was_held_too(
    session: Session, ruled: Book, ada: Identity
) -> None:
    for number in range(5):
        change(session, ruled, ada, at=NOW + number * HOUR, about=LINK + str(number))
    change(session, ruled, ada, at=NOW + 9 * HOUR, about="Rye")
    assert shown(session) == ("Ada", "")
    causes = session.get_one(Decision, held_by(session, ada)).causes
    assert [one["rule"] for one in causes] == ["often"]


def test_the_name_that_a_newcomer_brings_is_asked_about_and_their_handle_shown_meanwhile(
    session: Session, ruled: Book
) -> None:
    for handle, name, seen in (("cleo", "Cleo", "Cleo"), ("dora", "https://d.example", "dora")):
        newcomer = Newcomer(handle, PASSWORD, name)
        made = members.join(session, ruled, newcomer, NOW, hasher=CHEAP)
        profiles.introduce(session, ruled, made, screen_profile, NOW)
        assert shown(session, handle) == (seen, "")
    end(session, ruled, held_by(session, made))
    assert shown(session, "dora") == ("https://d.example", "")


def test_what_waits_goes_with_whoever_leaves(session: Session, ruled: Book, ada: Identity) -> None:
    change(session, ruled, ada, about=LINK)
    decision_id = held_by(session, ada)
    members.leave(session, ada, NOW)
    session.expire_all()
    assert [one.about for one in session.scalars(select(ProfileChange))] == [None]
    assert end(session, ruled, decision_id).ended_why == "taken_back"
    of_ada = select(Decision).where(col(Decision.author_id) == ada.member_id)
    assert len(session.scalars(of_ada).all()) == 1
