"""Who is entitled to listen and to speak, over all open rooms."""

from datetime import datetime

from audience import posts, relations
from audience.rooms import opening, seats
from audience.rooms.entitled import entitled
from coop import suspensions
from coop.ids import new_id
from coop.suspension_tables import Suspension
from tests.audience.factories import with_clauses
from tests.audience.rooms.live import MINUTE, SECOND, SOON, Live


def may(bakers: Live, at: datetime = SOON) -> dict[str, str]:
    """Return what each may do, by handle: listen, speak, or both."""
    handles = {one.member_id: name for name, one in bakers.people.items()}
    found = entitled(bakers.session, bakers.book, at)
    return {
        name: "+".join(sorted(one.kind for one in found if handles[one.member_id] == name))
        for name in sorted({handles[one.member_id] for one in found})
    }


def test_whoever_is_present_listens_and_whoever_has_the_floor_speaks(bakers: Live) -> None:
    room, other = bakers.open(), bakers.schedule("cleo")
    bakers.enter(room, "cleo", "dan")
    bakers.take(room, "cleo")
    assert may(bakers) == {"ben": "listen", "cleo": "listen+speak", "dan": "listen"}
    assert {one.room_id for one in entitled(bakers.session, bakers.book, SOON)} == {room.post_id}
    assert other.post_id != room.post_id


def test_law_14_each_entitlement_ends_with_its_reason_whether_or_not_a_job_has_come(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "ada", "cleo", "dan", "eve")
    bakers.take(room, "cleo", "dan", "eve")
    bakers.pause("dan")
    seats.leave(bakers.session, bakers.people["eve"], bakers.book, room.post_id, SOON)
    assert may(bakers) == {"ada": "listen", "ben": "listen", "cleo": "listen+speak", "dan": "listen"}
    bakers.enter(room, "ben", "cleo", at=SOON + 30 * SECOND)
    seats.remove(bakers.session, bakers.people["ben"], bakers.book, room.post_id, "ada", "Loud", SOON)
    assert may(bakers, SOON + 45 * SECOND) == {"ben": "listen", "cleo": "listen+speak"}
    bakers.enter(room, "ben", at=SOON + 59 * MINUTE + 50 * SECOND)
    assert may(bakers, SOON + 60 * MINUTE) == {}


def test_whom_a_vote_suspended_from_answering_is_not_entitled_to_speak(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo")
    bakers.take(room, "cleo")
    assert may(bakers)["cleo"] == "listen+speak"
    cleo = bakers.people["cleo"].member_id
    asked = suspensions.ask(bakers.session, cleo, {"about": "Shouting"}, {"suspend": 5}, SOON)
    bakers.session.add(
        Suspension(
            id=new_id(SOON), asked_id=asked.id, member_id=cleo, since=SOON - MINUTE, until=SOON + MINUTE
        )
    )
    bakers.session.flush()
    assert may(bakers)["cleo"] == "listen"
    bakers.book = with_clauses(bakers.book, "membership", {"/suspensions/withholds": ["publish"]})
    assert may(bakers)["cleo"] == "listen+speak"


def test_law_07_who_may_not_read_the_post_any_more_is_entitled_to_nothing(bakers: Live) -> None:
    room = bakers.open()
    bakers.enter(room, "cleo", "dan")
    bakers.take(room, "cleo")
    relations.block(bakers.session, bakers.people["ben"], "cleo", SOON)
    assert may(bakers) == {"ben": "listen", "dan": "listen"}
    posts.delete(bakers.session, bakers.people["ben"], room.post_id, SOON)
    assert may(bakers) == {}


def test_nobody_is_entitled_in_a_room_that_was_ended(bakers: Live) -> None:
    room = bakers.open()
    opening.end(bakers.session, bakers.people["ben"], bakers.book, room.post_id, SOON + SECOND)
    assert may(bakers, SOON + SECOND) == {}
