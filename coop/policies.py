"""Policy versions: the founding texts, the texts that votes brought, and the book in force.

Law 2: only founding and enactment write a version; there is no other door. Law 3: :class:`Books` answers
for exactly the epoch that the request read first, in every process.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlmodel import Session, col

from coop import feature_grants
from coop.book import COOP, Book, InForce, PolicyKind, Source, check_rules
from coop.errors import RuleBroken
from coop.holdings import Holdings
from coop.ledger import append
from coop.policy_text import blame, parse, sha256
from coop.tables import PolicyEpoch, PolicyVersion

KEPT = 8
"""Books of past epochs kept in a process, for requests that began before an enactment."""
KEPT_HOLDINGS = 3
"""The same of books with who holds which feature, which may be many."""


def current_epoch(session: Session) -> int:
    """Return the policy epoch that a request beginning now must obey."""
    return int(session.execute(select(col(PolicyEpoch.epoch))).scalar_one())


class Books:
    """The book of each epoch, read once a process and kept."""

    def __init__(self, kinds: Mapping[str, PolicyKind]) -> None:
        self.kinds = dict(kinds)
        self._kept: OrderedDict[int, Book] = OrderedDict()
        self._held: OrderedDict[tuple[int, int], Book] = OrderedDict()
        self._lock = Lock()

    def at(self, session: Session, epoch: int, holdings: int | None = None) -> Book:
        """Return the book of ``epoch``, reading it where this process has not seen it yet.

        ``holdings`` is the version of who holds which feature; without one nobody does.
        """
        if holdings is None:
            return self._of_epoch(session, epoch)
        with self._lock:
            found = self._held.get((epoch, holdings))
        if found is None:
            found = self._of_epoch(session, epoch).with_holdings(self._holdings(session, holdings))
            with self._lock:
                self._held[epoch, found.holdings.version] = found
                while len(self._held) > KEPT_HOLDINGS:
                    self._held.popitem(last=False)
        return found

    def current(self, session: Session) -> Book:
        """Return the book in force now."""
        row = session.execute(select(col(PolicyEpoch.epoch), col(PolicyEpoch.holdings))).one()
        return self.at(session, row.epoch, row.holdings)

    def _of_epoch(self, session: Session, epoch: int) -> Book:
        with self._lock:
            found = self._kept.get(epoch)
        if found is None:
            found = read_book(session, self.kinds, epoch)
            with self._lock:
                self._kept[epoch] = found
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found

    def _holdings(self, session: Session, version: int) -> Holdings:
        """Return who holds what at a version, as it is read, or as another epoch's book has it already.

        What is read may be newer than what was asked for, and then it is what this request goes by.
        """
        with self._lock:
            known = (book.holdings for book in self._held.values() if book.holdings.version == version)
            found = next(known, None)
        return found or feature_grants.read_holdings(session)


def read_book(session: Session, kinds: Mapping[str, PolicyKind], epoch: int) -> Book:
    """Read every policy as it stood at ``epoch``."""
    heads = (
        select(func.max(col(PolicyVersion.id)))
        .where(col(PolicyVersion.epoch) <= epoch)
        .group_by(col(PolicyVersion.scope), col(PolicyVersion.kind))
    )
    versions = session.scalars(select(PolicyVersion).where(col(PolicyVersion.id).in_(heads))).all()
    sources = _sources(session, versions)
    policies = {
        (version.scope, version.kind): in_force(version, sources[version.scope, version.kind])
        for version in versions
    }
    return Book(epoch=epoch, kinds=kinds, policies=policies)


def _sources(session: Session, heads: Iterable[PolicyVersion]) -> dict[tuple[str, str], dict[int, Source]]:
    """Return what the clauses of these versions rest on: (scope, kind) → number of a version → its source."""
    wanted = [
        (version.scope, version.kind, number)
        for version in heads
        for number in {*version.blame.values(), version.number}
    ]
    named = tuple_(col(PolicyVersion.scope), col(PolicyVersion.kind), col(PolicyVersion.number))
    rows = session.execute(
        select(
            col(PolicyVersion.scope),
            col(PolicyVersion.kind),
            col(PolicyVersion.number),
            col(PolicyVersion.sha256),
            col(PolicyVersion.proposal_id),
            col(PolicyVersion.tally),
        ).where(named.in_(wanted))
    )
    found: dict[tuple[str, str], dict[int, Source]] = {}
    for scope, kind, number, digest, proposal_id, tally in rows:
        source = Source(digest, None if proposal_id is None else str(proposal_id), tally)
        found.setdefault((scope, kind), {})[number] = source
    return found


def read_for(session: Session, kinds: Mapping[str, PolicyKind], scope: str, kind: str) -> Book:
    """Return a book of those policies alone that a change to one is checked against: its own and the coop's.

    It is read anew and kept nowhere: what an enactment reads after its own writing may come to nothing.
    Nothing in it can be cited.
    """
    policies = {}
    for holder in {COOP, scope}:
        found = head(session, holder, kind)
        if found is not None:
            policies[holder, kind] = InForce(
                holder, kind, found.number, found.text, _parsed(found.text), blame={}, sources={}
            )
    return Book(epoch=current_epoch(session), kinds=kinds, policies=policies)


@lru_cache(maxsize=256)
def _parsed(text: str) -> dict[str, Any]:
    """Return the data of a text, which nobody changes; texts are immutable, so what is parsed is kept."""
    return parse(text)


def in_force(version: PolicyVersion, sources: Mapping[int, Source]) -> InForce:
    """Return a version as the value that the book holds."""
    wanted = {*version.blame.values(), version.number}
    return InForce(
        scope=version.scope,
        kind=version.kind,
        number=version.number,
        text=version.text,
        data=_parsed(version.text),
        blame=version.blame,
        sources={number: sources[number] for number in wanted},
    )


def head(session: Session, scope: str, kind: str) -> PolicyVersion | None:
    """Return the newest version of a policy, if the scope holds one."""
    return session.scalars(
        select(PolicyVersion)
        .where(col(PolicyVersion.scope) == scope, col(PolicyVersion.kind) == kind)
        .order_by(col(PolicyVersion.number).desc())
        .limit(1)
    ).one_or_none()


def versions(session: Session, scope: str, kind: str) -> list[PolicyVersion]:
    """Return every version of a policy, the newest first."""
    return list(
        session.scalars(
            select(PolicyVersion)
            .where(col(PolicyVersion.scope) == scope, col(PolicyVersion.kind) == kind)
            .order_by(col(PolicyVersion.number).desc())
        )
    )


def lock_epoch(session: Session) -> int:
    """Lock the epoch until the transaction ends, so that enactments come one after another."""
    return int(session.execute(select(col(PolicyEpoch.epoch)).with_for_update()).scalar_one())


def new_version(
    session: Session,
    scope: str,
    kind: str,
    policy_text: str,
    *,
    cause: str,
    proposal_id: int | None,
    tally: dict[str, Any] | None,
    now: datetime,
) -> PolicyVersion:
    """Write the next version of a policy and the next epoch, in the caller's transaction.

    The caller has checked the text; ``cause`` is one of those that ``PolicyVersion.cause`` knows. The
    epoch row is locked first, so two enactments never take one number; the unique keys would refuse the
    second all the same.
    """
    epoch = lock_epoch(session) + 1
    before = head(session, scope, kind)
    number = 1 if before is None else before.number + 1
    data = _parsed(policy_text)
    old: dict[str, Any] = {} if before is None else _parsed(before.text)
    version = PolicyVersion(
        scope=scope,
        kind=kind,
        number=number,
        epoch=epoch,
        text=policy_text,
        sha256=sha256(policy_text),
        blame=blame(old, {} if before is None else before.blame, data, number),
        cause=cause,
        proposal_id=proposal_id,
        tally=tally,
        enacted_at=now,
    )
    session.add(version)
    session.flush()
    session.execute(update(PolicyEpoch).values(epoch=epoch))
    append(
        session,
        "policy.version",
        {
            "scope": scope,
            "kind": kind,
            "number": number,
            "epoch": epoch,
            "sha256": version.sha256,
            "text": policy_text,
            "cause": cause,
            "proposal": None if proposal_id is None else str(proposal_id),
        },
        now,
    )
    return version


def found(
    session: Session, kinds: Mapping[str, PolicyKind], folder: Path, now: datetime
) -> list[PolicyVersion]:
    """Write version 1 of every kind that has none yet from its founding file, or raise RuleBroken."""
    made = []
    for kind in kinds.values():
        if head(session, COOP, kind.name) is not None:
            continue
        policy_text = (folder / f"{kind.name}.toml").read_text(encoding="utf-8")
        faults = check_rules(kind, parse(policy_text))
        if faults:
            where = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
            raise RuleBroken(f"The founding text {kind.name}.toml cannot stand: {where}")
        made.append(
            new_version(
                session,
                COOP,
                kind.name,
                policy_text,
                cause="founding",
                proposal_id=None,
                tally=None,
                now=now,
            )
        )
    return made
