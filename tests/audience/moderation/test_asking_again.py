"""Labels that come later ask the rules again: of what, how often, and what no labeller changes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from audience import replies
from audience.cases import emergencies, subject
from audience.cases.tables import Case
from audience.gardens import choices
from audience.gardens.editions import Naming
from audience.moderation import asking_again, asking_editions, ending_holds
from audience.moderation.label_tables import EditionAsked
from audience.moderation.tables import Decision
from audience.polls.tables import Poll
from audience.tables import Post
from coop.book import Book
from coop.identity import Identity
from coop.ids import new_id
from coop.notice_tables import Announcement
from tests.audience.factories import NOW, make_asset, make_post, with_clauses
from tests.audience.gardens.growing import brought, sight
from tests.audience.moderation.labelling import SPAM, WATCH, asked, found, say, trusting
from tests.audience.moderation.rules import rule, with_rules
from tests.factories import identity_of, make_guild, make_member

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cleo(session: Session) -> Identity:
    """Publishes labels."""
    return identity_of(make_member(session, "cleo"))


def spam(*posts_: int) -> list[Naming]:
    return [Naming("spam", post_id=one) for one in posts_]


def done_with(session: Session, post_id: int) -> list[str]:
    """Return what was done with a post, in turn; in brackets what has ended."""
    mine = select(Decision).where(col(Decision.post_id) == post_id, col(Decision.dry_run).is_(False))
    rows = session.scalars(mine.order_by(col(Decision.made_at), col(Decision.id)))
    return [one.action if one.ended_at is None else f"({one.action}: {one.ended_why})" for one in rows]


def test_a_label_that_comes_later_asks_again_and_its_author_is_told(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book)
    found(session, cleo, book, NOW - DAY)
    post, other = (make_post(session, ada, book, now=NOW - HOUR).id for _ in range(2))
    say(session, cleo, book, NOW, spam(post))
    assert asked(session, book, NOW) == 1
    assert (done_with(session, post), done_with(session, other)) == (["collapse"], [])
    (cause,) = session.scalars(select(col(Decision.causes))).one()
    assert cause["labels"][0]["labels"] == [{"label": "spam", "edition": 1, "of": "post"}]
    assert session.scalars(select(col(Announcement.line))).all() == ["A post of yours is shown folded."]
    assert asked(session, book, NOW) == 0, "once"


def test_a_thing_that_cannot_be_asked_about_is_passed_over_and_keeps_none_waiting(
    session: Session,
    book: Book,
    ada: Identity,
    cleo: Identity,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    book = trusting(book)
    found(session, cleo, book, NOW - DAY)
    bad, good = (make_post(session, ada, book, now=NOW - HOUR).id for _ in range(2))
    ask = asking_again.ask

    def fails(session: Session, book: Book, thing: asking_again.Thing, *more: Any) -> bool:
        done = ask(session, book, thing, *more)
        if thing.id == bad:
            raise KeyError("attack")
        return done

    monkeypatch.setattr(asking_again, "ask", fails)
    say(session, cleo, book, NOW, spam(bad, good))
    assert asked(session, book, NOW) == 1
    assert (done_with(session, bad), done_with(session, good)) == ([], ["collapse"])
    assert "attack" in "".join(capsys.readouterr())


def test_the_options_of_a_poll_are_part_of_what_is_asked_about_again(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book, f"{SPAM} && text.contains('rye')")
    found(session, cleo, book, NOW - DAY)
    polled, plain = (make_post(session, ada, book, now=NOW - HOUR) for _ in range(2))
    polled.polled = True
    session.add(Poll(post_id=polled.id, options=["rye", "oats"], closes_at=NOW + DAY))
    session.flush()
    say(session, cleo, book, NOW, spam(polled.id, plain.id))
    assert asked(session, book, NOW) == 1
    assert (done_with(session, polled.id), done_with(session, plain.id)) == (["collapse"], [])


def test_what_is_taken_back_is_let_go_and_other_rules_go_on(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    rules = {"spam": rule(SPAM, "unfeed", override=True), "rye": rule("text.contains('rye')", "label")}
    book = with_rules(book, rules, labels=WATCH)
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, ada, book, now=NOW - HOUR, body="rye").id
    say(session, cleo, book, NOW, spam(post))
    asked(session, book, NOW)
    assert session.get_one(Post, post).unfed
    say(session, cleo, book, NOW + HOUR, remove=spam(post))
    asked(session, book, NOW + HOUR)
    assert done_with(session, post) == ["(label: labels)", "(unfeed: labels)", "label"]
    assert not session.get_one(Post, post).unfed


def test_other_facts_stay_those_of_the_moment_when_it_was_made(
    session: Session, book: Book, cleo: Identity
) -> None:
    young = identity_of(make_member(session, "dora", NOW - 2 * HOUR))
    book = trusting(book, f"{SPAM} && author.account_age < duration('90m') && author.posts_day == 1")
    found(session, cleo, book, NOW - DAY)
    first, second = (make_post(session, young, book, now=NOW - n * HOUR).id for n in (1.5, 1))
    say(session, cleo, book, NOW, spam(first, second))
    asked(session, book, NOW)
    assert (done_with(session, first), done_with(session, second)) == ([], ["collapse"])


def test_a_member_who_is_labelled_is_asked_about_by_their_newest_posts_and_replies(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    book = with_clauses(trusting(book), "moderation", {"/labelled/of_member": 2})
    found(session, cleo, book, NOW - DAY)
    made = [make_post(session, ada, book, now=NOW - n * HOUR).id for n in (9, 8, 7)]
    root = make_post(session, ben, book, now=NOW - 9 * HOUR).id
    reply = replies.write(session, ada, book, root, "Hm", NOW - 6 * HOUR)
    say(session, cleo, book, NOW, [Naming("spam", handle="ada")])
    assert asked(session, book, NOW) == 2
    session.refresh(reply)
    assert reply.flag is not None and reply.flag["action"] == "collapse"
    assert [done_with(session, one) for one in made] == [[], [], ["collapse"]]


def test_what_is_old_is_not_asked_about_and_a_flood_asks_nothing_further(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = with_clauses(
        trusting(book), "moderation", {"/labelled/within": "P1D", "/labelled/labels_a_day": 3}
    )
    found(session, cleo, book, NOW - 9 * DAY)
    old = make_post(session, ada, book, now=NOW - DAY - 2 * MINUTE).id
    made = [make_post(session, ada, book, now=NOW - HOUR + n * MINUTE).id for n in range(6)]
    say(session, cleo, book, NOW - MINUTE, spam(old))
    assert asked(session, book, NOW) == 0
    for n, one in enumerate(made[:4]):
        say(session, cleo, book, NOW + n * MINUTE, spam(one))
    assert asked(session, book, NOW + HOUR) == 2, "with the one that was too old, three of that day asked"
    say(session, cleo, book, NOW + 5 * MINUTE, remove=spam(made[0]))
    assert asked(session, book, NOW + HOUR) == 1, "to take something back is not limited"
    say(session, cleo, book, NOW + DAY + MINUTE, spam(made[5]))
    late = make_post(session, ada, book, now=NOW + DAY).id
    say(session, cleo, book, NOW + DAY + 2 * MINUTE, spam(late))
    assert asked(session, book, NOW + 2 * DAY) == 1, "a day later it asks again"


def test_law_13_what_a_jury_looked_at_no_labeller_changes(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book)
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, ada, book, now=NOW - HOUR).id
    case = Case(
        id=new_id(NOW), kind="report", post_id=post, author_id=ada.member_id, ground="selling", salt="s",
        opened_at=NOW - HOUR, called_at=NOW - HOUR, by_law={"name": "selling"}, closed_at=NOW - MINUTE,
        closed_why="jury",
        outcome="none", measure="nothing", tally={"outcome": {"none": 3}},
    )  # fmt: skip
    session.add(case)
    say(session, cleo, book, NOW, spam(post))
    assert asked(session, book, NOW) == 0
    assert done_with(session, post) == []


def test_while_a_jury_looks_labels_may_only_let_go(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    rules = {"odd": rule("'odd' in labels.watch", "unfeed", override=True), "spam": rule(SPAM)}
    book = with_rules(book, rules, labels=WATCH)
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, ada, book, now=NOW - HOUR).id
    odd = [Naming("odd", post_id=post)]
    say(session, cleo, book, NOW, odd)
    asked(session, book, NOW)
    appealed = session.scalars(select(col(Decision.id))).one()
    case = Case(
        id=new_id(NOW), kind="appeal", post_id=post, author_id=ada.member_id, decision_id=appealed,
        salt="s", opened_at=NOW, called_at=NOW,
    )  # fmt: skip
    session.add(case)
    session.flush()
    say(session, cleo, book, NOW + MINUTE, spam(post))
    assert asked(session, book, NOW + MINUTE) == 0
    assert done_with(session, post) == ["unfeed"]
    say(session, cleo, book, NOW + HOUR, remove=[*odd, *spam(post)])
    assert asked(session, book, NOW + HOUR) == 1
    assert done_with(session, post) == ["(unfeed: labels)"]


def test_what_a_steward_holds_is_left_to_the_jury(session: Session, book: Book, cleo: Identity) -> None:
    book = trusting(book)
    members = [make_member(session, name) for name in ("ada", "ben")]
    guild = make_guild(session, "bakers", members[0], (members[1],))
    steward, baker = identity_of(members[0], (guild,), (guild,)), identity_of(members[1], (guild,))
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, baker, book, now=NOW - HOUR, guild="bakers").id
    thing = subject.subject(session, post, None)
    emergencies.hold(session, steward, book, thing, "selling", NOW - MINUTE)
    say(session, cleo, book, NOW, [Naming("spam", handle="ben")])
    assert asked(session, book, NOW) == 0


def test_law_13_a_hold_that_was_over_is_not_begun_again_by_the_same_rule(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book, then="hold")
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, ada, book, now=NOW - HOUR).id
    say(session, cleo, book, NOW, spam(post))
    asked(session, book, NOW)
    (held,) = session.scalars(select(Decision).where(col(Decision.action) == "hold"))
    assert held.holds_until == NOW + timedelta(seconds=30) + DAY
    assert session.get_one(Post, post).held_at is not None
    assert ending_holds.end_hold(session, book, held.id, ending_holds.UNSEEN, NOW + DAY)
    say(session, cleo, book, NOW + DAY, [Naming("odd", post_id=post)])
    say(session, cleo, book, NOW + DAY + HOUR, remove=spam(post))
    say(session, cleo, book, NOW + DAY + 2 * HOUR, spam(post))
    assert asked(session, book, NOW + 2 * DAY) == 0
    assert session.get_one(Post, post).held_at is None


def test_a_picture_s_rules_are_asked_again_of_what_shows_it(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book, then="label", label="odd-picture", on=["upload"])
    found(session, cleo, book, NOW - DAY)
    asset = make_asset(session, ada, now=NOW - 2 * HOUR)
    shown = make_post(session, ada, book, now=NOW - HOUR, asset_id=asset.id).id
    bare = make_post(session, ada, book, now=NOW - HOUR).id
    say(session, cleo, book, NOW, [Naming("spam", handle="ada")])
    asked(session, book, NOW)
    assert (done_with(session, shown), done_with(session, bare)) == (["label"], [])


def test_what_a_rule_only_tries_is_kept_once(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book, dry_run=True)
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, ada, book, now=NOW - HOUR).id
    for n in range(3):
        add, remove = ([], spam(post)) if n == 1 else (spam(post), [])
        say(session, cleo, book, NOW + n * MINUTE, add, remove)
    asked(session, book, NOW + HOUR)
    assert (done_with(session, post), session.get_one(Post, post).flag) == ([], None)
    assert session.scalars(select(col(Decision.dry_run))).all() == [True]


def test_a_labeller_that_no_policy_names_asks_nothing(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book)
    found(session, cleo, book, NOW - DAY, slug="other")
    post = make_post(session, ada, book, now=NOW - HOUR).id
    say(session, cleo, book, NOW, spam(post), slug="other")
    assert session.scalars(select(EditionAsked)).all() == []
    assert asked(session, book, NOW) == 0


def test_a_member_who_chose_to_see_something_is_shown_it_whatever_a_labeller_says(
    session: Session, book: Book, ada: Identity, ben: Identity, cleo: Identity
) -> None:
    book = trusting(book, then="unfeed", on=["post"])
    found(session, cleo, book, NOW - DAY)
    post = make_post(session, ada, book, now=NOW - HOUR).id
    other = identity_of(make_member(session, "dora"))
    known = make_post(session, ada, book, now=NOW - 2 * HOUR).id
    choices.choose(session, ben, book, known, "author", NOW)
    say(session, cleo, book, NOW, spam(post))
    asked(session, book, NOW)
    assert (brought(session, ben, book), brought(session, other, book)) == ([post], [known])
    assert sight(session, ben, book, post) in ("plain", "label")


def test_law_14_steps_are_taken_up_where_they_ended(
    session: Session, book: Book, ada: Identity, cleo: Identity
) -> None:
    book = trusting(book)
    found(session, cleo, book, NOW - DAY)
    made: Sequence[int] = [make_post(session, ada, book, now=NOW - HOUR + n * MINUTE).id for n in range(3)]
    say(session, cleo, book, NOW, spam(*made))
    later = NOW + HOUR
    assert asking_editions.step(session, book, NOW) is None, "it settles first"
    assert [asking_editions.step(session, book, later) for _ in range(5)] == [1, 1, 1, 0, None]
    kept = session.scalars(select(EditionAsked)).one()
    assert (kept.changed, kept.read_to, kept.done_at) == (3, made[2], later)
