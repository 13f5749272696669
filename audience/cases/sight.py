"""What a juror is shown of a case: what was said, and where, with every identity masked.

Law 7: only a juror of the case is shown it, and the thing is for them: the draw asked. They take no seat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import select, text
from sqlmodel import Session, col

from audience.cards import text_of
from audience.cases import subject
from audience.cases.masking import Masks
from audience.cases.subject import Noun, Subject
from audience.cases.tables import Case, CaseJuror, CaseRemark, Report
from audience.moderation.act_tables import FollowBegun
from audience.moderation.rules import Action
from audience.moderation.tables import Decision
from audience.moderation.verdict import Condition, Kept
from audience.moderation.vocabulary import TELLS_WHO
from audience.naming import mentioned_in
from coop.names import normal
from coop.profile_tables import ProfileChange
from coop.tables import Member
from media.tables import Asset

_REPLY = text("""
SELECT reply.author_id, reply.body, reply.asset_id, reply.created_at,
       (SELECT json_build_array(author_id, body) FROM reply AS parent
        WHERE parent.id = reply.above[cardinality(reply.above)] AND parent.deleted_at IS NULL) AS parent
FROM reply WHERE reply.id = :reply
""")


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said where the thing stands."""

    who: str
    """``author``, who is judged, ``post``, who wrote the post, or ``other``."""
    body: str


@dataclass(frozen=True, slots=True)
class Reported:
    """One report."""

    ground: str
    words: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a juror said to the others."""

    juror: int
    """Number of the juror, from 1."""
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """A case as its jurors see it."""

    case: Case
    noun: Noun
    """What it is; see :data:`audience.cases.subject.Noun`."""
    body: str
    asset_id: int | None
    video: bool
    """Whether what it shows is a video."""
    made_at: datetime
    before: list[Line]
    """What it answers, the first first."""
    reports: list[Reported]
    done: Action | None
    """What was done with it, where that is judged."""
    causes: list[Kept]
    """By what it is held, or was decided, where that is judged."""
    remarks: list[Remark]
    jurors: int
    """How many sit."""
    voted: int
    """How many of them have voted."""
    me: int
    """Number of the juror who looks, from 1."""
    voted_at: datetime | None
    """When they voted."""


def sight(session: Session, case: Case, juror: CaseJuror) -> Sight:
    """Return a case as a juror of it sees it."""
    thing = subject.of_case(session, case)
    shown = _act(session, case, thing) if thing.on_id is None else _said(session, thing, thing.on_id)
    author = session.scalars(select(col(Member.handle)).where(col(Member.id) == thing.author_id)).one()
    masks = Masks({author: "author"})
    judged = None if case.decision_id is None else session.get_one(Decision, case.decision_id)
    seats = session.scalars(select(CaseJuror).where(col(CaseJuror.case_id) == case.id)).all()
    sitting = [one for one in seats if one.left_at is None]
    return Sight(
        case=case,
        noun=thing.noun,
        body=masks.mask(shown.body),
        asset_id=shown.asset_id,
        video=_is_video(session, shown.asset_id),
        made_at=shown.made_at,
        before=[Line(one.who, masks.mask(one.body)) for one in shown.before],
        reports=_reports(session, case, masks),
        done=None if judged is None else cast(Action, judged.action),
        causes=[] if judged is None else _causes(judged),
        remarks=_remarks(session, case, {one.member_id: one.position + 1 for one in seats}),
        jurors=len(sitting),
        voted=sum(one.voted_at is not None for one in sitting),
        me=juror.position + 1,
        voted_at=juror.voted_at,
    )


def _is_video(session: Session, asset_id: int | None) -> bool:
    kind = (
        None if asset_id is None else session.scalar(select(col(Asset.kind)).where(col(Asset.id) == asset_id))
    )
    return kind == "video"


def named_in(session: Session, thing: Subject) -> frozenset[int]:
    """Return the members whom what is judged names; of a follow nobody, for it says nothing."""
    if thing.profile_id is not None:
        change = session.get_one(ProfileChange, thing.profile_id)
        return frozenset(mentioned_in(session, f"{change.display_name} {change.about}"))
    if thing.on_id is None:
        return frozenset()
    return frozenset(mentioned_in(session, _said(session, thing, thing.on_id).body))


class _Shown(NamedTuple):
    """A thing as it is, its names not masked yet."""

    body: str
    asset_id: int | None
    made_at: datetime
    before: list[Line]


def _said(session: Session, thing: Subject, post_id: int) -> _Shown:
    """Return a post or reply, with what it answers."""
    said = text_of(session, post_id)
    if thing.reply_id is None:
        return _Shown(said.body, said.asset_id, said.created_at, [])
    row = session.connection().execute(_REPLY, {"reply": thing.reply_id}).one()
    before = [Line(_who(thing.author_id, said.author_id, said.author_id), said.body)]
    if row.parent is not None:
        before.append(Line(_who(thing.author_id, said.author_id, row.parent[0]), row.parent[1]))
    return _Shown(row.body, row.asset_id, row.created_at, before)


def _act(session: Session, case: Case, thing: Subject) -> _Shown:
    """Return name and text of a profile, of one that waits after those that are shown; of a follow nothing.

    Of a follow what the rule matched says all: whom it is of and about is for no juror to know.
    """
    if thing.profile_id is None:
        begun = session.get_one(FollowBegun, thing.follow_id)
        return _Shown("", None, begun.created_at, [])
    change = session.get_one(ProfileChange, thing.profile_id)
    member = session.get_one(Member, thing.author_id)
    wanted = "" if change.about is None else _profile(member, change.display_name or "", change.about)
    shown = Line("author", _profile(member, member.display_name, member.about))
    return _Shown(wanted, None, change.created_at, [shown] if case.kind == "hold" else [])


def _profile(member: Member, display_name: str, about: str) -> str:
    """Return name and text; a name that is the handle is written as one, so that it is masked."""
    name = f"@{member.handle}" if normal(display_name) == member.handle else display_name
    return f"{name}\n\n{about}".strip()


def _who(judged: int, poster: int, speaker: int) -> str:
    if speaker == judged:
        return "author"
    return "post" if speaker == poster else "other"


def _reports(session: Session, case: Case, masks: Masks) -> list[Reported]:
    rows = session.scalars(select(Report).where(col(Report.case_id) == case.id).order_by(col(Report.id)))
    return [Reported(one.ground, masks.mask(one.words)) for one in rows]


def _causes(judged: Decision) -> list[Kept]:
    causes = cast(list[Kept], judged.causes)
    return [{**one, "matched": [_masked(condition) for condition in one["matched"]]} for one in causes]


def _masked(condition: Condition) -> Condition:
    """Return a condition without what tells of whom it is: that it held, or did not, is said still."""
    facts = {name: value for name, value in condition["facts"].items() if name not in TELLS_WHO}
    return {**condition, "facts": facts}


def _remarks(session: Session, case: Case, numbers: dict[int, int]) -> list[Remark]:
    rows: Sequence[CaseRemark] = session.scalars(
        select(CaseRemark).where(col(CaseRemark.case_id) == case.id).order_by(col(CaseRemark.id))
    ).all()
    return [Remark(numbers[one.member_id], one.body, one.at) for one in rows]
