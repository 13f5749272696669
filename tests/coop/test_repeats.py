"""What a repeated request is answered: what it made, as it stands now, where that can be read."""

from typing import Any

from flask.testing import FlaskClient
from pydantic import BaseModel
from sqlmodel import Session, select

from app import APIS
from coop.api import UNSAFE, Api
from coop.call import Call
from coop.paging import PageQuery
from coop.repeats import Reading, reading_of
from coop.tables import IdempotencyRecord
from tests.factories import bearer_for, make_member

OPERATIONS = [one for api in APIS for one in api.operations]
READ_BY = {
    "accept_amendment": "read_amendment",
    "accept_facilitation": "read_facilitation",
    "add_neighbourhood": "read_place",
    "answer_argument": "read_argument",
    "answer_check": "read_check",
    "answer_statement": "read_statement",
    "answer_draft_offer": "read_shared_draft",
    "appeal_decision": None,
    "appoint_steward": "read_guild",
    "ask_check": "read_check",
    "ask_for_download": None,
    "ask_for_less": None,
    "ask_for_rehearsal": "read_rehearsal",
    "begin_limit_for_now": "read_limit_for_now",
    "begin_pause": None,
    "begin_shared_draft": "read_shared_draft",
    "cast_ballot": "read_ballot",
    "cast_case_ballot": "read_case",
    "change_me": "read_me",
    "change_own_feed": "read_own_feed",
    "change_playlist": "read_playlist",
    "change_scheduled_post": "read_scheduled_post",
    "choose_default": None,
    "choose_notice_rhythm": "read_notice_rhythm",
    "complete_upload": "read_upload",
    "create_joint_proposal": None,
    "create_proposal": "read_proposal",
    "draft_renewal": None,
    "draft_repeal": None,
    "enter_guild": "read_guild",
    "enter_room": "read_room",
    "extend_room": "read_room",
    "follow_member": "read_follow",
    "fork_feed": "read_own_feed",
    "found_guild": "read_guild",
    "found_labeller": None,
    "give_delegation": None,
    "give_floor": "read_room",
    "give_verdict": "read_jury",
    "import_feed": None,
    "invite_to_draft": "read_shared_draft",
    "join": None,
    "join_rounds": "read_rounds",
    "like_post": None,
    "make_amendment": "read_amendment",
    "make_argument": "read_argument",
    "make_circle": "read_circle",
    "make_own_feed": "read_own_feed",
    "make_playlist": "read_playlist",
    "mark_argument": "read_argument",
    "name_facilitator": "read_facilitation",
    "note_in_draft": "read_shared_draft",
    "object_to_proposal": "list_objections",
    "offer_jury_service": "read_jury_service",
    "offer_shared_draft": "read_shared_draft",
    "open_room": "read_room",
    "open_shared_draft": "read_shared_draft",
    "open_upload": None,
    "opine_on_amendment": "read_amendment",
    "pass_round": "read_rounds",
    "preview_audience": None,
    "preview_filter": None,
    "promote_amendment": None,
    "propose_measure": None,
    "publish_edition": None,
    "publish_post": "read_post",
    "raise_hand": "read_room",
    "read_notices": None,
    "rebase_proposal": "read_proposal",
    "register_client": None,
    "reject_amendment": "read_amendment",
    "replace_proposal": "read_proposal",
    "report_post": None,
    "report_profile": None,
    "report_reply": None,
    "report_watched": None,
    "repost_post": None,
    "restore_draft_revision": "read_shared_draft",
    "save_shared_draft": "read_shared_draft",
    "say_to_jurors": "read_case",
    "schedule_room": "read_room",
    "schedule_post": "read_scheduled_post",
    "share_own_feed": "read_own_feed",
    "sign_measure": None,
    "sign_petition": "list_petitions",
    "sponsor_proposal": "list_sponsors",
    "stand_for_election": "read_election",
    "state_outcome": None,
    "submit_proposal": "read_proposal",
    "subscribe": None,
    "support_amendment": "read_amendment",
    "switch_rounds": "read_rounds",
    "take_floor": "read_room",
    "take_signature_back": "list_sponsors",
    "tighten_post": "read_post",
    "wait_for_seat": None,
    "withdraw_amendment": "read_amendment",
    "withdraw_proposal": "read_proposal",
    "write_reply": "read_reply",
    "write_statement": "read_statement",
    "write_summary": None,
}
"""Every operation that answers, but for secrets, with the one that reads what it answered. Of those that none
reads, whoever repeats a request is told that it was done."""


class Loaf(BaseModel):
    id: str
    name: str


class Crumb(BaseModel):
    id: str


def bakery(**options: Any) -> Api:
    """An API of loaves, by their ids, and of one crumb in each."""
    api = Api("loaves")

    @api.post("/loaves", **options)
    def bake(call: Call) -> Loaf:
        return Loaf(id="7", name="Rye")

    @api.post("/loaves/<id:loaf_id>/copies")
    def copy(call: Call, loaf_id: int) -> Loaf:
        return Loaf(id="7", name="Rye")

    @api.put("/loaves/<id:loaf_id>/crumb")
    def crumble(call: Call, loaf_id: int) -> Crumb:
        return Crumb(id="7")

    @api.get("/loaves/newest")
    def newest(call: Call, query: PageQuery) -> Loaf:
        return Loaf(id="7", name="Rye")

    @api.get("/loaves/<id:loaf_id>")
    def read_loaf(call: Call, loaf_id: int) -> Loaf:
        return Loaf(id="7", name="Rye")

    @api.get("/loaves/<id:loaf_id>/crumb")
    def read_crumb(call: Call, loaf_id: int) -> Crumb:
        return Crumb(id="7")

    return api


def read_by(api: Api, name: str) -> Reading | None:
    (operation,) = [one for one in api.operations if one.handler.__name__ == name]
    return reading_of(operation, api.operations)


def named(reading: Reading | None) -> tuple[str, str | None] | None:
    return None if reading is None else (reading.operation.handler.__name__, reading.last)


def test_what_was_made_is_read_by_its_name_and_what_was_changed_by_the_path_of_the_request() -> None:
    api = bakery()
    made = read_by(api, "copy")
    assert named(made) == named(read_by(api, "bake")) == ("read_loaf", "loaf_id")
    assert made is not None
    assert made.name_of(Loaf(id="8", name="Rye")) == "8"
    assert made.arguments({"loaf_id": 7}, "8") == {"loaf_id": 8}, "the copy, and not what was copied"
    assert made.arguments({"loaf_id": 7}, None) is None
    changed = read_by(api, "crumble")
    assert named(changed) == ("read_crumb", None)
    assert changed is not None
    assert changed.name_of(Crumb(id="9")) is None
    assert changed.arguments({"loaf_id": 7}, None) == {"loaf_id": 7}


def test_law_07_whoever_is_not_signed_in_is_not_answered_what_members_read() -> None:
    assert read_by(bakery(public=True), "bake") is None


def test_a_secret_is_read_nowhere() -> None:
    assert read_by(bakery(secret=True), "bake") is None


def test_what_every_operation_answers_is_read_by_the_one_that_this_table_says() -> None:
    found = {}
    for one in OPERATIONS:
        if one.method in UNSAFE and one.returns is not None and not one.secret:
            reading = reading_of(one, OPERATIONS)
            found[one.handler.__name__] = None if reading is None else reading.operation.handler.__name__
    assert found == READ_BY


def test_nothing_of_an_answer_is_kept_but_its_status_and_the_name_of_what_was_made(
    client: FlaskClient, session: Session
) -> None:
    headers = bearer_for(session, make_member(session, "ana")) | {"Idempotency-Key": "k1"}
    guild = {"slug": "bakers", "name": "Bakers", "purpose": "Bread for everyone."}
    assert client.post("/api/v1/guilds", json=guild, headers=headers).status_code == 201
    (kept,) = session.scalars(select(IdempotencyRecord))
    assert kept.model_dump(exclude={"actor", "key", "request_sha256", "created_at"}) == {
        "status": 201,
        "made": "bakers",
    }
