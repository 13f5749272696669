"""Where one stands with features, as pages: each number beside the clause that it is measured against."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, Response

from audience.features.telling import PATH
from audience.routes.features import (
    ComparisonView,
    FeatureStands,
    FeatureStandView,
    ShareView,
    read_guild_features,
    read_own_features,
)
from coop import directory
from coop.book import guild_scope
from coop.call import Call
from coop.errors import Unauthenticated
from coop.names import normal
from web.visits import page, render

CAUSES = {
    "limit": "It passed the limit.",
    "grace": "What keeps it was not mended in the grace.",
    "expired": "Its time was over.",
    "clause": "A vote took the feature out of the policy.",
    "gone": "Its holder had left.",
}
"""Why a feature was lost, in words."""
FULL = 100
"""Percent."""


def add_to(pages: Blueprint) -> None:
    """Add the page of one's own features, and that of a guild's."""
    pages.add_url_rule(PATH, "own_features", page(own))
    pages.add_url_rule("/guilds/<slug>/features", "guild_features", page(of_guild))


def own(call: Call) -> Response:
    """Show where the member stands, with the way to the guilds they belong to."""
    if call.identity is None:
        raise Unauthenticated
    guilds = directory.member(call.session, call.member.handle).guilds
    found = read_own_features(call)
    return _shown(call, found, guilds=guilds, shared=found.shared)


def of_guild(call: Call, slug: str) -> Response:
    """Show where a guild of the member's stands."""
    if call.identity is None:
        raise Unauthenticated
    return _shown(call, read_guild_features(call, slug), slug=normal(slug))


def _shown(
    call: Call,
    found: FeatureStands,
    *,
    guilds: tuple[str, ...] = (),
    shared: Sequence[ShareView] = (),
    slug: str | None = None,
) -> Response:
    return render(
        call,
        "features.html",
        stands=found,
        guilds=guilds,
        shared=shared,
        slug=slug,
        causes=CAUSES,
        state=state,
        bar=bar,
        vote_at=None if slug is None else f"/proposals/new?scope={quote(guild_scope(slug))}&kind=features",
    )


def state(one: FeatureStandView) -> str:
    """Return in a word or two where somebody stands with a feature."""
    if one.held:
        return "held" if one.grace_until is None else "in its grace"
    if one.since is not None:
        return "waits for a vote"
    return "not held" if one.lost_at is None else "lost"


def bar(one: ComparisonView) -> int | None:
    """Return one's own number in percent of that in a clause; None where none is compared."""
    if one.value is None or one.limit is None:
        return None
    return FULL if one.value >= one.limit else round(FULL * one.value / one.limit)
