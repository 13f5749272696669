"""The classifier: asked by a job alone, told what every member may see, and without labels where it fails."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app import create_app
from audience.gardens import classifying, labellers, subscriptions
from audience.gardens.classifier import Classifier, Facts, Unanswered, classifier_of
from audience.gardens.tables import ClassifierRun, GivenLabel
from audience.moderation.rules import MODERATION, ModerationRules
from coop.book import Book
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.settings import Settings, SettingsRefused
from media.storage import ObjectStore
from tests.audience.factories import NOBODY, NOW, make_post
from tests.audience.feeds.outside import StoppedClock
from tests.audience.gardens.growing import brought, sight
from tests.audience.polls.asking import LOAVES, bakery
from tests.coop.receiver import Receiver, receiving

LATER = timedelta(minutes=5)


@pytest.fixture
def server() -> Iterator[Receiver]:
    """A stand-in for a model, on this machine."""
    with receiving() as made:
        made.status = 200
        yield made


def says(server: Receiver, *labels: object) -> None:
    server.body = json.dumps({"labels": labels}).encode()


@dataclass
class Worker:
    """A worker that asks a classifier, by a clock that a test moves."""

    database: Database
    session: Session
    books: Books
    clock: StoppedClock = field(default_factory=StoppedClock)

    def begin(self) -> None:
        """Have it read from now on."""
        assert self.ask(lambda posts, seconds: []) == 0
        self.clock.at = NOW + LATER

    def ask(self, classifier: Classifier) -> int:
        found = classifying.classify_due(self.database, self.books, self.clock, classifier)
        self.session.expire_all()
        return found

    @property
    def run(self) -> ClassifierRun:
        return self.session.get_one(ClassifierRun, 1)

    def given(self) -> list[tuple[str, int | None]]:
        rows = self.session.execute(select(col(GivenLabel.label), col(GivenLabel.post_id)))
        return sorted((row[0], row[1]) for row in rows)


@pytest.fixture
def worker(database: Database, session: Session, books: Books) -> Worker:
    made = Worker(database, session, books)
    made.begin()
    return made


def named(classifier: Classifier | None) -> Classifier:
    assert classifier is not None
    return classifier


def test_what_it_is_sure_of_is_a_label_by_machine_for_those_who_subscribe(
    worker: Worker, server: Receiver, session: Session, book: Book, ada: Identity, ben: Identity
) -> None:
    sure = make_post(session, ada, book, now=NOW, body="Buy").id
    unsure = make_post(session, ada, book, now=NOW + timedelta(seconds=1), body="Maybe").id
    says(server, {"advertising": 0.97, "weather": 1.0}, {"advertising": 0.5, "graphic": "high"})
    assert worker.ask(named(classifier_of(server.url))) == 2
    assert worker.given() == [("advertising", sure)]
    (got,) = server.received
    told = json.loads(got.body)["posts"]
    assert told[0] == {"text": "Buy", "width": None, "height": None, "description": ""}, "and nothing of who"
    assert worker.ask(named(classifier_of(server.url))) == 0, "each is asked about once"
    shown = labellers.read(session, ben, book, "machine", worker.clock.at)
    assert (shown.member, shown.guild, shown.standing, shown.mine) == (None, None, "at work", False)
    assert len(brought(session, ben, book)) == 2
    subscriptions.subscribe(session, ben, book, "machine", {"advertising": "hide"}, NOW)
    assert brought(session, ben, book) == [unsure]
    assert sight(session, ben, book, sure) == "collapse"


def test_what_a_post_asks_is_judged_too(
    worker: Worker, server: Receiver, session: Session, book: Book
) -> None:
    bakery(session, book, 2).ask(LOAVES)
    says(server, {})
    assert worker.ask(named(classifier_of(server.url))) == 1
    assert json.loads(server.received[0].body)["posts"][0]["text"] == "Which?\nRye\nOats\nSpelt"


def test_law_07_what_is_for_some_never_leaves_the_house(
    worker: Worker, server: Receiver, session: Session, book: Book, ada: Identity
) -> None:
    make_post(session, ada, book, {"read": {"any": []}, **NOBODY}, now=NOW, body="Whisper")
    assert worker.ask(named(classifier_of(server.url))) == 0
    assert server.received == []


@pytest.mark.parametrize("how", ["status", "no JSON", "too few", "no scores", "slow", "nobody there"])
def test_where_it_fails_there_are_no_labels_and_it_is_asked_again_later(
    worker: Worker, server: Receiver, session: Session, book: Book, ada: Identity, how: str
) -> None:
    post = make_post(session, ada, book, now=NOW).id
    says(server, {"graphic": 1})
    good, url = server.body, server.url
    if how == "status":
        server.status = 500
    elif how == "slow":
        server.drip_s = 0.2
    elif how == "nobody there":
        url = "http://127.0.0.1:9/"
    else:
        server.body = {"no JSON": b"<html>", "too few": b'{"labels": []}', "no scores": b'{"labels": [1]}'}[
            how
        ]

    def quick(posts: Any, seconds: float) -> Any:
        return named(classifier_of(url))(posts, 0.5)

    assert worker.ask(quick) == 0
    assert worker.given() == []
    assert worker.run.failing_since is not None and worker.run.failure and worker.run.strikes == 1
    assert not classifying.is_well(session)
    server.status, server.body, server.drip_s = 200, good, 0
    assert worker.ask(named(classifier_of(server.url))) == 0, "not before its time"
    worker.clock.at += LATER
    assert worker.ask(named(classifier_of(server.url))) == 1
    assert worker.given() == [("graphic", post)]
    assert classifying.is_well(session)


def stand_in(posts: list[dict[str, Any]]) -> list[dict[str, float]]:
    """A model in Python: told what to do by the text."""
    if posts[0]["text"] == "raise":
        raise MemoryError
    if posts[0]["text"] == "sleep":
        time.sleep(1)
    return [{"graphic": float("nan"), "upsetting": 0.9, "advertising": True, "odd": 2.0} for _ in posts]


def test_a_function_in_python_may_be_named_and_has_its_time_too() -> None:
    classifier = named(classifier_of(f"{__name__}:stand_in"))
    assert classifier([Facts("Bread", None, None, "")], 5) == [{"upsetting": 0.9}]
    for text, why in (("raise", "MemoryError"), ("sleep", "in 0.05 seconds")):
        with pytest.raises(Unanswered, match=why):
            classifier([Facts(text, None, None, "")], 0.05)


@pytest.mark.parametrize("wrong", ["no_such_module:f", f"{__name__}:no_such", "json:", "json"])
def test_a_function_that_there_is_not_stops_the_worker_at_its_start(wrong: str) -> None:
    with pytest.raises(SettingsRefused, match="module:function"):
        classifier_of(wrong)


def test_none_is_needed() -> None:
    assert classifier_of("") is None


def test_health_tells_of_one_that_fails_and_serves_all_the_same(
    settings: Settings, database: Database, session: Session, store: ObjectStore, clock: Clock
) -> None:
    asked = settings.model_copy(update={"classifier": "http://127.0.0.1:9/"})
    client = create_app(asked, database, store, clock).test_client()
    assert client.get("/readyz").get_json()["parts"]["classifier"] is True
    session.add(
        ClassifierRun(id=1, read_to=0, due_at=NOW, failing_since=NOW, failure="No answer.", strikes=1)
    )
    session.flush()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["parts"]["classifier"]) == (200, False)


def test_law_01_the_clauses_say_what_a_machine_may_say(book: Book) -> None:
    limits = book.rules(MODERATION, ModerationRules).gardens.machine
    assert set(limits.labels) == {"advertising", "graphic", "upsetting"}
