"""Policies over HTTP: read, blamed, compared and exported. Nothing here changes one (law 2)."""

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import BaseModel

from coop.api import Api
from coop.book import COOP, InForce
from coop.call import Call
from coop.errors import NotFound
from coop.outgrown import outgrown
from coop.policy_history import Written, history
from coop.policy_text import diff, leaves
from coop.receipts import Citation

api = Api("policies")


class PolicySummary(BaseModel):
    """One policy in force."""

    scope: str
    kind: str
    version: int
    sha256: str


class PolicyList(BaseModel):
    """Every policy in force, at one epoch."""

    epoch: int
    items: list[PolicySummary]


class PolicyView(PolicySummary):
    """A policy in force: its text, its clauses, and where each came from."""

    text: str
    clauses: list[Citation]


class VersionView(BaseModel):
    """One version that a policy has had."""

    scope: str
    kind: str
    version: int
    sha256: str
    epoch: int
    enacted_at: datetime
    cause: Literal["founding", "enactment", "sunset", "tripwire", "emergency"]
    """What wrote it."""
    takes_back: bool
    """Whether it takes back what its proposal had set, rather than setting it."""
    why: str
    """What brought it, in a sentence."""
    proposal: str | None
    """The proposal that it sets, or takes back; none for the founding text."""
    ledger_seq: int
    """Number of the event of the ledger that holds it."""
    tally: dict[str, Any] | None
    diff: str
    """Unified diff from the version before."""


class VersionList(BaseModel):
    """Every version of a policy, the newest first."""

    items: list[VersionView]


class OutgrownView(BaseModel):
    """Something that a guild set and that no longer fits the coop's policy of the same kind."""

    pointer: str
    """The clause; a table, where it is that as a whole."""
    why: str
    """What is wrong with it, and where."""
    version: int | None
    """That of the coop's policy since which it does not fit."""


class OutgrownList(BaseModel):
    """What of a guild's policy no longer fits: it falls away until it is mended."""

    items: list[OutgrownView]


@api.get("/policies", public=True)
def list_policies(call: Call) -> PolicyList:
    """List the policies in force."""
    found = sorted(
        call.book.policies.values(), key=lambda policy: (policy.scope != COOP, policy.scope, policy.kind)
    )
    return PolicyList(epoch=call.book.epoch, items=[_summary(policy) for policy in found])


@api.get("/policies/<scope>/<kind>", public=True)
def read_policy(call: Call, scope: str, kind: str) -> PolicyView:
    """Read a policy with the version and the vote behind each clause.

    The scope is ``coop`` or ``guild:<slug>``.
    """
    policy = _policy(call, scope, kind)
    return PolicyView(
        **_summary(policy).model_dump(),
        text=policy.text,
        clauses=[call.book.cite(kind, clause, scope) for clause in leaves(policy.data)],
    )


@api.get("/policies/<scope>/<kind>/text", public=True, produces="application/toml")
def export_policy(call: Call, scope: str, kind: str) -> Response:
    """Export a policy as the file it is."""
    policy = _policy(call, scope, kind)
    response = Response(policy.text, content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.toml"'
    return response


@api.get("/policies/<scope>/<kind>/versions", public=True)
def list_policy_versions(call: Call, scope: str, kind: str) -> VersionList:
    """List every version of a policy with what each changed, and what brought it."""
    _policy(call, scope, kind)
    return VersionList(items=[_version(one) for one in history(call.session, scope, kind)])


@api.get("/policies/<scope>/<kind>/outgrown", public=True)
def list_outgrown_clauses(call: Call, scope: str, kind: str) -> OutgrownList:
    """List what of a guild's policy no longer fits the coop's, why, and since which version of that."""
    _policy(call, scope, kind)
    found = outgrown(call.session, call.book, kind, scope)
    return OutgrownList(
        items=[OutgrownView(pointer=one.pointer, why=one.why, version=one.version) for one in found]
    )


def _policy(call: Call, scope: str, kind: str) -> InForce:
    found = call.book.policy(kind, scope)
    if found is None:
        raise NotFound
    return found


def _summary(policy: InForce) -> PolicySummary:
    return PolicySummary(
        scope=policy.scope,
        kind=policy.kind,
        version=policy.number,
        sha256=policy.sources[policy.number].sha256,
    )


def _version(written: Written) -> VersionView:
    version = written.version
    return VersionView(
        scope=version.scope,
        kind=version.kind,
        version=version.number,
        sha256=version.sha256,
        epoch=version.epoch,
        enacted_at=version.enacted_at,
        cause=version.cause,
        takes_back=written.takes_back,
        why=written.why,
        ledger_seq=written.ledger_seq,
        proposal=None if version.proposal_id is None else str(version.proposal_id),
        tally=version.tally,
        diff=diff(written.before or "", version.text, f"{version.kind}.toml"),
    )
