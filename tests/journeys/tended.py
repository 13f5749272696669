"""Gardens for the two worlds: what is in both, and what others keep and say of what is hidden in one."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from audience.gardens import choices, editions, filters, labellers, mutes, subscriptions
from audience.gardens.editions import Naming
from audience.gardens.tables import GivenLabel, Labeller
from coop.book import Book
from coop.cel.form import Line
from coop.identity import Identity
from coop.ids import new_id
from tests.audience.gardens.growing import entitled

SLUG = "bakers"


def tend(session: Session, book: Book, people: dict[str, Identity], post_id: int, moment: datetime) -> None:
    """Have a labeller say something of an open post; the outsider keeps a garden of all there is."""
    cleo, outsider = people["cleo"], people["outsider"]
    may = entitled(book, cleo)
    labellers.found(session, cleo, may, SLUG, "Bakers", "By the crumb.", ["loud"], None, moment)
    editions.publish(session, cleo, may, SLUG, [Naming("loud", post_id=post_id)], [], "", moment)
    subscriptions.subscribe(session, outsider, book, SLUG, {"loud": "label"}, moment)
    mutes.mute(session, outsider, book, "word", "hidden", moment + timedelta(days=1), moment)
    line = Line("text.words", "has", "bread")
    filters.keep(session, outsider, book, "Bread", [line], "all", "collapse", moment)
    choices.choose(session, outsider, book, post_id, "post", moment)


def tend_hidden(
    session: Session, book: Book, people: dict[str, Identity], hidden: list[int], moment: datetime
) -> None:
    """Have that edition speak of what is hidden too, and others keep the outsider out of their gardens."""
    labeller_id = session.scalars(select(col(Labeller.id)).where(col(Labeller.slug) == SLUG)).one()
    session.add_all(
        GivenLabel(id=new_id(moment), labeller_id=labeller_id, label="loud", post_id=one, since=1, at=moment)
        for one in hidden
    )
    session.flush()
    for handle in ("ada", "ben", "cleo"):
        mutes.mute(session, people[handle], book, "person", "outsider", None, moment)
    filters.keep(
        session, people["ben"], book, "Mine", [Line("author.handle", "is", "outsider")], "all", "hide", moment
    )
