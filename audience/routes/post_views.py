"""The shape in which a post is shown over HTTP: alone, in a thread, in a feed or inside another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from audience.cards import Card
from audience.document import AudienceDocument
from audience.grants import Ask
from audience.limits import limits_of
from audience.reply_cards import ReplyCard
from audience.routes.flags import FlagView, MarkView, flag_view, is_folded, mark_view
from audience.routes.polls import PollView, poll_view
from coop.book import Book
from media.routes.uploads import RenditionView, VideoView, split


# Dataclasses, because a page makes hundreds of them: a model would take three times as long.
@dataclass(slots=True)
class AuthorView:
    """Who made it."""

    handle: str
    display_name: str


@dataclass(slots=True)
class PictureView:
    """The picture of a post, or its video."""

    id: str
    alt: str
    width: int
    height: int
    thumbhash: str
    renditions: list[RenditionView]
    """The smallest first."""
    video: VideoView | None
    """What is played, where it is a video: the picture is a frame of it then."""


@dataclass(slots=True)
class SeatsView:
    """How many may view it."""

    max: int | None
    """Distinct members, by the strictest of author, guild and coop; none where it is open."""
    taken: int | None
    """At least so many members have been delivered it, and all where it is full; told to the author alone,
    and none where they are too few to be told."""


@dataclass(slots=True)
class CountsView:
    """How often something was done with it; none where the rules do not tell you, or by too few to be told.

    The author is told of likes and reposts, their own left out, that there are at least so many.
    """

    likes: int | None
    reposts: int | None
    replies: int | None


@dataclass(slots=True)
class MineView:
    """What you did with it."""

    liked: bool
    reposted: bool


@dataclass(slots=True)
class FromView:
    """Where its author says it is from."""

    id: str
    """Of the place, whose posts are listed at ``/places/{id}/posts``."""
    name: str


@dataclass(slots=True)
class QuotedView:
    """A post that is shown inside another, because you may see both."""

    id: str
    author: AuthorView
    guild: str | None
    body: str
    picture: PictureView | None
    flag: FlagView | None
    """What the rules say of it."""
    garden: MarkView | None
    """What your garden does with it."""
    created_at: datetime
    kind: str
    """How it is shown: as a ``quote``, as what a ``video_reply`` answers, as what a ``stitch`` begins with or
    a ``duet`` plays beside, or as that whose ``sound`` is played."""
    first_ms: int | None
    """How many milliseconds of its video are played first, in a stitch."""
    from_ms: int | None
    """From which millisecond of its video on its sound is played, where that is used."""

    @property
    def folded(self) -> bool:
        """Whether it is shown folded."""
        return is_folded(self.flag, self.garden)


class PostView(BaseModel):
    """A post that you may see."""

    id: str
    author: AuthorView
    writers: list[AuthorView]
    """Who wrote in it besides, and is named: see ``/shared-drafts``."""
    guild: str | None
    place: FromView | None
    body: str
    picture: PictureView | None
    seats: SeatsView
    audience: AudienceDocument | None
    """As you wrote it, with whom it is for by the rules where you did not say; none on the posts of others,
    because it may name people."""
    counts: CountsView
    mine: MineView
    quote: QuotedView | None
    """What it shows inside it; none as well where you may not see that, or where it is gone."""
    quote_state: Literal["waiting", "active", "refused", "detached"] | None
    """Of a quote of your own; until it is active, nobody sees it but you and the author you ask."""
    poll: PollView | None
    """What it asks those who are in the guild."""
    flag: FlagView | None
    """What the rules say of it."""
    garden: MarkView | None
    """What your garden does with it."""
    live: bool
    """Whether it has a live room: ``/rooms/{id}``."""
    created_at: datetime

    @property
    def folded(self) -> bool:
        """Whether it is shown folded."""
        return is_folded(self.flag, self.garden)


def post_view(book: Book, card: Card, source: Card | None = None) -> PostView:
    """Return a card in the shape that the API gives it; ``source`` is what is shown inside it."""
    return PostView(
        id=str(card.id),
        author=AuthorView(handle=card.author, display_name=card.author_name),
        writers=[AuthorView(handle, name) for handle, name in card.writers or ()],
        guild=card.guild,
        place=None if card.place is None else FromView(id=str(card.place_id), name=card.place),
        body=card.body,
        picture=picture_view(card),
        seats=SeatsView(max=limits_of(book, card.guild, card.asked).seats, taken=card.taken),
        audience=None if card.audience is None else AudienceDocument.model_validate(card.audience),
        counts=CountsView(likes=card.likes, reposts=card.reposts, replies=card.replies),
        mine=MineView(liked=card.liked, reposted=card.reposted),
        quote=None if source is None else _quoted(source, card),
        quote_state=card.state,
        poll=poll_view(card.poll),
        flag=flag_view(card.flag),
        garden=mark_view(card.mark),
        live=card.live,
        created_at=card.created_at,
    )


def _quoted(card: Card, shown_in: Card) -> QuotedView:
    return QuotedView(
        id=str(card.id),
        author=AuthorView(handle=card.author, display_name=card.author_name),
        guild=card.guild,
        body=card.body,
        picture=picture_view(card),
        flag=flag_view(card.flag),
        garden=mark_view(card.mark),
        created_at=card.created_at,
        kind=shown_in.made_as or "quote",
        first_ms=shown_in.first_ms,
        from_ms=shown_in.from_ms,
    )


def picture_view(card: Card | ReplyCard | Ask) -> PictureView | None:
    """Return the picture or video of a card, where it has one."""
    if card.asset_id is None:
        return None
    pictures, video = split(card.asset_id, card.renditions or (), card.duration_ms, card.has_sound)
    return PictureView(
        id=str(card.asset_id),
        alt=card.alt or "",
        width=card.width or 0,
        height=card.height or 0,
        thumbhash=card.thumbhash or "",
        renditions=pictures,
        video=video,
    )
