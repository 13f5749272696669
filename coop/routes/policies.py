"""Policies over HTTP: read, blamed, compared and exported. Nothing here changes one (law 2)."""

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import BaseModel

from coop import policies
from coop.api import Api
from coop.book import COOP, InForce
from coop.call import Call
from coop.errors import NotFound
from coop.policy_text import diff, leaves
from coop.receipts import Citation
from coop.tables import PolicyVersion

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
    proposal: str | None
    tally: dict[str, Any] | None
    diff: str
    """Unified diff from the version before."""


class VersionList(BaseModel):
    """Every version of a policy, the newest first."""

    items: list[VersionView]


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
    """List every version of a policy with what each changed."""
    _policy(call, scope, kind)
    found = policies.versions(call.session, scope, kind)
    before = [*(version.text for version in found[1:]), ""]
    return VersionList(items=[_version(version, text) for version, text in zip(found, before, strict=True)])


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


def _version(version: PolicyVersion, before: str) -> VersionView:
    return VersionView(
        scope=version.scope,
        kind=version.kind,
        version=version.number,
        sha256=version.sha256,
        epoch=version.epoch,
        enacted_at=version.enacted_at,
        proposal=None if version.proposal_id is None else str(version.proposal_id),
        tally=version.tally,
        diff=diff(before, version.text, f"{version.kind}.toml"),
    )
