"""Makes posts, pictures and books for tests, as the actions and votes would leave them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from audience import posts
from audience.charter import KINDS
from audience.document import AudienceDocument
from audience.posts import Draft
from audience.rules import AUDIENCE
from audience.tables import Post
from coop.book import COOP, Book, InForce, PolicyKind, Source, guild_scope
from coop.identity import Identity
from coop.ids import new_id
from coop.membership_rules import NAME as MEMBERSHIP
from coop.membership_rules import MembershipRules
from coop.policy_text import apply, leaves, parse, sha256
from media.tables import Asset, Rendition

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
POLICIES = Path(__file__).resolve().parents[2] / "policies"

NOBODY: dict[str, Any] = {"see": {"any": []}}


def in_force(scope: str, kind: str, text: str, number: int = 1) -> InForce:
    """Return a text as a policy in force whose every clause that version set."""
    data = parse(text)
    source = Source(sha256(text), None, None)
    return InForce(scope, kind, number, text, data, dict.fromkeys(leaves(data), number), {number: source})


def founding_book() -> Book:
    """Return the founding policies that this room asks, without a database."""
    kinds = {kind.name: kind for kind in (*KINDS, PolicyKind(MEMBERSHIP, MembershipRules))}
    texts = {name: (POLICIES / f"{name}.toml").read_text(encoding="utf-8") for name in kinds}
    policies = {(COOP, name): in_force(COOP, name, text) for name, text in texts.items()}
    return Book(1, kinds, policies)


def with_clauses(book: Book, kind: str, clauses: Mapping[str, object]) -> Book:
    """Return the book as it would stand if the coop's policy said this, one epoch later."""
    before = book.policies[COOP, kind]
    patch = [{"op": "replace", "path": path, "value": value} for path, value in clauses.items()]
    after = in_force(COOP, kind, apply(before.text, patch), before.number + 1)
    return replace(book, epoch=book.epoch + 1, policies={**book.policies, (COOP, kind): after})


def with_guild_policy(book: Book, slug: str, text: str) -> Book:
    """Return the book as it would stand if a guild held this audience policy, one epoch later."""
    own = in_force(guild_scope(slug), AUDIENCE, text)
    policies = {**book.policies, (own.scope, AUDIENCE): own}
    return replace(book, epoch=book.epoch + 1, policies=policies)


def wide_open(book: Book) -> Book:
    """Return the book without any limit on seats or arrivals."""
    return with_clauses(
        book,
        AUDIENCE,
        {"/seats/ceiling": "open", "/seats/default": "open", "/arrivals/per_minute": "open"},
    )


def make_post(
    session: Session,
    author: Identity,
    book: Book,
    audience: dict[str, Any] | None = None,
    *,
    now: datetime = NOW,
    body: str = "Bread",
    guild: str | None = None,
    asset_id: int | None = None,
) -> Post:
    """Publish a post for the audience that this document describes."""
    document = AudienceDocument.model_validate(audience or {})
    draft = Draft(body=body, guild=guild, asset_id=asset_id, audience=document)
    return posts.publish(session, author, book, draft, now)


def make_asset(
    session: Session,
    owner: Identity,
    state: str = "ready",
    *,
    now: datetime = NOW,
    kind: str = "photo",
    alt: str = "A loaf",
) -> Asset:
    """Add a picture or a video with its renditions; the store holds none of their bytes."""
    video = kind == "video"
    asset = Asset(
        id=new_id(now),
        owner_id=owner.member_id,
        state=state,
        upload_key=f"uploads/{new_id(now)}",
        kind=kind,
        alt=alt,
        duration_ms=65_000 if video and state == "ready" else None,
        has_sound=True if video and state == "ready" else None,
        width=800 if state == "ready" else None,
        height=600 if state == "ready" else None,
        thumbhash="x",
        refusal="Not a picture" if state == "refused" else None,
        created_at=now,
    )
    session.add(asset)
    session.flush()
    names = (("large", 800), ("small", 200), *([("video", 800)] if video else []))
    for name, width in names if state == "ready" else ():
        session.add(
            Rendition(
                asset_id=asset.id,
                name=name,
                type="video/mp4" if name == "video" else "image/webp",
                key=f"media/{asset.id}/{name}",
                width=width,
                height=width * 3 // 4,
                bytes=width,
                sha256="0" * 64,
            )
        )
    session.flush()
    return asset
