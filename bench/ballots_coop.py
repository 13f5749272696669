"""The cooperative that votes: its voters and their tokens, one open vote, and changes about to take force.

Everything is brought about by the actions that members use, on a clock that is set to the day on which it
happened; only the members themselves are written straight to the database.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app import POLICY_KINDS
from audience import gate, posts
from audience.limits import Limits
from audience.rules import AUDIENCE
from coop import guilds, migrations, policies
from coop.book import COOP, guild_scope
from coop.clock import Clock
from coop.database import Database
from coop.identity import Identity
from coop.policies import Books
from coop.policy_text import sha256
from coop.settings import ROOT
from governance import ballots, cases, drafts, proposals, sponsors
from governance.ballots import Vote
from governance.drafts import Draft
from governance.facts import State
from governance.tally import Choice
from governance.timeline import Timeline

FOUNDED = datetime(2020, 1, 1, tzinfo=UTC)
SEATS, MORE_SEATS = 10, 20
"""What a guild's clause says, and what is voted into it."""

_GUILD = range(1, 7)
"""Ids of the members who vote in every guild."""
_FOUNDERS = 100
"""Id of the member who founds the first guild; the next one founds the next."""
_MORE_PHOTOS = [{"op": "replace", "path": "/photos/per_day", "value": 5000}]
_MORE_SEATS = [{"op": "replace", "path": "/seats/default", "value": MORE_SEATS}]

_MEMBERS = text("""
INSERT INTO member (id, handle, display_name, about, password_hash, joined_at)
SELECT n, 'm' || n, 'Member ' || n, '', '!', :at FROM generate_series(1, :members) AS n
""")
_CLIENT = text("""
INSERT INTO oauth_client (client_id, name, redirect_uris, scope, created_at)
VALUES ('bench', 'Bench', ARRAY['http://127.0.0.1/'], 'read write', :at)
""")
_TOKENS = text("""
INSERT INTO oauth_token (access_sha256, refresh_sha256, family, client_id, member_id, scope, issued_at,
                         expires_at, refresh_expires_at)
SELECT encode(sha256(('token-of-' || n)::bytea), 'hex'), encode(sha256(('refresh-of-' || n)::bytea), 'hex'),
       md5(n::text), 'bench', n, 'read write', now(), now() + interval '1 day', now() + interval '1 day'
FROM generate_series(1, :members) AS n
""")

# Rehearsals have a benchmark of their own; here a vote waits for none.
_UNREHEARSED = text("UPDATE proposal SET rehearsal_needed = false WHERE id = :proposal")


@dataclass
class Day(Clock):
    """A clock that stands at one moment."""

    at: datetime = FOUNDED

    def now(self, session: Session) -> datetime:
        """Return that moment."""
        return self.at


@dataclass(frozen=True, slots=True)
class OpenVote:
    """A proposal that ballots are taken on."""

    proposal_id: int
    patch_sha256: str


@dataclass(frozen=True, slots=True)
class Change:
    """A guild's change of a clause that has passed, and the post whose seats it decides."""

    due_at: datetime
    post_id: int


@dataclass
class Coop:
    """A cooperative of so many members, all of whom belonged to it long before any vote."""

    database: Database
    members: int
    books: Books = field(default_factory=lambda: Books(POLICY_KINDS))

    @classmethod
    def found(cls, url: str, members: int) -> "Coop":
        """Make the tables, the policies and the members."""
        migrations.upgrade(url)
        made = cls(Database(url), members)
        with made.database.begin() as session:
            policies.found(session, POLICY_KINDS, ROOT / "policies", FOUNDED)
            session.execute(_MEMBERS, {"at": FOUNDED, "members": members})
            session.execute(_CLIENT, {"at": FOUNDED})
            session.execute(_TOKENS, {"members": members})
        with made.database.begin() as session:
            session.execute(text("ANALYZE"))
        return made

    def token(self, member_id: int) -> str:
        """Return a member's access token."""
        return f"token-of-{member_id}"

    def open_vote(self) -> OpenVote:
        """Bring a change of the media policy to the vote; its voting began an hour ago."""
        everybody = range(1, self.members + 1)
        with self.database.begin() as session:
            times = self._periods(session, COOP, "media", _MORE_PHOTOS, everybody)
            began = Clock().now(session) - timedelta(hours=1) - (times.voting_at - times.deliberation_at)
            made = self._propose(session, COOP, "media", _MORE_PHOTOS, everybody, began)
        with self.database.begin() as session:
            now = Clock().now(session)
            case = cases.one(session, made, now)
            voter = self._identity(session, 1)
            ballots.cast(session, voter, made, Vote(Choice.FOR, case.patch_sha256), Clock())
        return OpenVote(made, case.patch_sha256)

    def changes(self, number: int, first: timedelta, apart: timedelta) -> list[Change]:
        """Pass so many changes, each of another guild's seats, that take force one after another.

        The timelock of the first ends after ``first``, of each other ``apart`` after the one before.

        The seats of each post are taken, so that it is the clause that decides whether anybody else may
        view it. All is done in one transaction: a worker that saw half of it would count too soon.
        """
        with self.database.begin() as session:
            scopes = [self._guild(session, n) for n in range(number)]
            times = self._periods(session, scopes[0], AUDIENCE, _MORE_SEATS, _GUILD)
            now = Clock().now(session)
            dues = [now + first + n * apart for n in range(number)]
            for scope, due in zip(scopes, dues, strict=True):
                began = due - (times.due_at - times.deliberation_at)
                made = self._propose(session, scope, AUDIENCE, _MORE_SEATS, _GUILD, began)
                self._carry(session, made, due - (times.due_at - times.voting_at))
            return [
                Change(due, self._full_post(session, scope)) for scope, due in zip(scopes, dues, strict=True)
            ]

    def _identity(self, session: Session, member_id: int) -> Identity:
        held = session.scalars(
            text("SELECT guild_id FROM guild_membership WHERE member_id = :member"), {"member": member_id}
        )
        handle = f"m{member_id}"
        return Identity(member_id, handle, handle, FOUNDED, frozenset(held))

    def _periods(self, session: Session, scope: str, kind: str, patch: list[Any], people: range) -> Timeline:
        """Return the periods that such a proposal would go through; nothing of it stays."""
        with session.begin_nested() as tried:
            made = self._propose(session, scope, kind, patch, people, FOUNDED + timedelta(days=900))
            times = cases.one(session, made, FOUNDED + timedelta(days=900)).times
            assert times is not None
            tried.rollback()
        session.expunge_all()
        return times

    def _propose(
        self, session: Session, scope: str, kind: str, patch: list[Any], people: range, at: datetime
    ) -> int:
        """Draft and submit in the name of the first; the next ones sign until it is enough."""
        book = self.books.current(session)
        head = book.policy(kind, scope)
        author = self._identity(session, people[0])
        wanted = Draft(scope, kind, "A change", "Because.", patch, sha256("" if head is None else head.text))
        made = drafts.draft(session, book, author, wanted, at)
        proposals.submit(session, book, author, made, Day(at=at))
        for member_id in people[1:]:
            if cases.one(session, made, at).stage.state is not State.SPONSORING:
                break
            sponsors.sponsor(session, self._identity(session, member_id), made, Day(at=at))
        session.execute(_UNREHEARSED, {"proposal": made})
        return made

    def _carry(self, session: Session, proposal_id: int, at: datetime) -> None:
        digest = cases.one(session, proposal_id, at).patch_sha256
        for member_id in _GUILD:
            voter = self._identity(session, member_id)
            ballots.cast(session, voter, proposal_id, Vote(Choice.FOR, digest), Day(at=at))

    def _guild(self, session: Session, number: int) -> str:
        """Found a guild with a clause of its own for the seats of its posts; return its scope."""
        book = self.books.current(session)
        slug = f"guild-{number}"
        founder = self._identity(session, _FOUNDERS + number)
        guilds.found(session, book, founder, slug, slug, "to vote", FOUNDED)
        for member_id in _GUILD:
            guilds.join(session, book, self._identity(session, member_id), slug, FOUNDED)
        scope = guild_scope(slug)
        clauses = f"[seats]\ndefault = {SEATS}\n"
        policies.new_version(
            session, scope, AUDIENCE, clauses, cause="founding", proposal_id=None, tally=None, now=FOUNDED
        )
        return scope

    def _full_post(self, session: Session, scope: str) -> int:
        """Publish a post in a guild and let members view it until its seats are taken."""
        book = self.books.current(session)
        slug = scope.removeprefix("guild:")
        draft = posts.Draft(body="Hello", guild=slug)
        post = posts.publish(session, self._identity(session, 1), book, draft, Clock().now(session))
        limits = Limits(seats=SEATS, per_minute=None, burst=1)
        for member_id in range(2, SEATS + 2):
            viewer = self._identity(session, member_id)
            wanted = gate.Claim(post.id, limits, gated=True)
            gate.claim(session, viewer, [wanted], via="bench", epoch=book.epoch, now=FOUNDED)
        return post.id
