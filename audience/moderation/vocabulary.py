"""The facts that rules may speak of, by what a rule is asked of.

Pure. Law 13: a rule that speaks of anything else is refused when it is proposed. Every fact is something that
members can check for themselves; none is taken from an address, a device, or from whom somebody blocks.
"""

from collections.abc import Mapping

from audience.moderation.label_rules import MOST_LABELS, PREFIX
from audience.moderation.rules import ModerationRules, Target
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Fact, Schema, list_of

LONGEST_TEXT = 60_000
"""Characters that any clause lets a post have."""
STRINGS = list_of(STRING)

_TEXT: Schema = {
    "text": Fact(STRING, "What it says.", LONGEST_TEXT, written=True),
    "text.language": Fact(STRING, 'ISO 639 code of its language, such as "nl"; "" where none is known.', 8),
    "text.tags": Fact(STRINGS, "Its topics, without the #, in small letters.", 100),
    "text.links": Fact(INT, "How many addresses it holds."),
    "text.hosts": Fact(
        STRINGS, "The hosts of its addresses and the domains they lie in, in small letters.", 400
    ),
    "text.mentions": Fact(INT, "How many handles it names with an @."),
    "text.capitals": Fact(
        DOUBLE, "The share of its letters that are capitals, 0.0 to 1.0; 0.0 without letters."
    ),
}
_MEMBER: Schema = {
    "author.account_age": Fact(DURATION, "How long its author has been a member.", tells_who=True),
    "author.guilds": Fact(STRINGS, "The guilds that its author belongs to, by slug.", 1000, tells_who=True),
    "author.followers": Fact(INT, "How many follow its author.", tells_who=True),
}
_AUTHOR: Schema = {
    **_MEMBER,
    "author.posts_hour": Fact(INT, "Posts that its author made in the hour before."),
    "author.posts_day": Fact(INT, "Posts that its author made in the 24 hours before."),
    "author.replies_hour": Fact(INT, "Replies that its author wrote in the hour before."),
    "author.replies_day": Fact(INT, "Replies that its author wrote in the 24 hours before."),
    "author.same_day": Fact(INT, "How often its author said exactly this in the 24 hours before."),
}
_POST: Schema = {
    "post.guild": Fact(STRING, 'Slug of the guild it is made in; "" where it is made in none.', 60),
    "post.picture": Fact(BOOL, "Whether it shows a picture, or a video."),
    "post.video": Fact(BOOL, "Whether that is a video; false without one."),
    "post.described": Fact(BOOL, "Whether that picture is described in words; false without one."),
    "post.quotes": Fact(BOOL, "Whether it shows another post inside it."),
    "post.for_all": Fact(BOOL, "Whether every member may see it."),
}
_REPLY: Schema = {
    "post.guild": Fact(STRING, 'Slug of the guild in which the post was made; "" where in none.', 60),
    "post.age": Fact(DURATION, "How long ago the post was published."),
    "post.replies": Fact(INT, "Replies to the post before."),
    "reply.depth": Fact(INT, "Under how many replies it stands; 0 where it answers the post."),
    "reply.picture": Fact(BOOL, "Whether it shows a picture."),
    "reply.here_hour": Fact(INT, "Replies that its author wrote to this post in the hour before."),
    "reply.follows_for": Fact(DURATION, "How long its author has followed the post's; no time where not."),
    "reply.followed": Fact(BOOL, "Whether the post's author follows its author."),
}

_UPLOAD: Schema = {
    "upload.type": Fact(STRING, 'MIME type of the file that was sent, such as "image/jpeg".', 40),
    "upload.bytes": Fact(INT, "Size of the file that was sent."),
    "upload.width": Fact(INT, "Pixels from side to side."),
    "upload.height": Fact(INT, "Pixels from top to bottom."),
    "upload.video": Fact(BOOL, "Whether it is a video."),
    "upload.seconds": Fact(INT, "How long a video lasts, rounded down; 0 for a photo."),
    "upload.described": Fact(BOOL, "Whether it is described in words."),
    "author.uploads_hour": Fact(INT, "Uploads that its author began in the hour before it."),
    "author.uploads_day": Fact(INT, "Uploads that its author began in the 24 hours before it."),
}
_PROFILE: Schema = {
    **{name: fact for name, fact in _TEXT.items() if name not in ("text.language", "text.tags")},
    "profile.name": Fact(STRING, "The name as it would be.", 60, written=True),
    "profile.about": Fact(STRING, "The text about themself as it would be.", 2000, written=True),
    "author.changes_day": Fact(INT, "Changes that its author made to it in the 24 hours before."),
}
_FOLLOW: Schema = {
    "author.follows_hour": Fact(INT, "How often its author began to follow somebody in the hour before."),
    "author.follows_day": Fact(INT, "How often its author began to follow somebody in the 24 hours before."),
    "follow.same_day": Fact(
        INT, "How often its author began to follow the same member in the 24 hours before."
    ),
    "follow.back": Fact(BOOL, "Whether whom it is about follows its author."),
    "follow.shared_guild": Fact(BOOL, "Whether both belong to one guild."),
    "follow.followers": Fact(INT, "How many follow whom it is about.", tells_who=True),
}

FACTS: Mapping[Target, Schema] = {
    "post": {**_TEXT, **_AUTHOR, **_POST},
    "reply": {**_TEXT, **_AUTHOR, **_REPLY},
    "upload": {**_MEMBER, **_UPLOAD},
    "profile": {**_MEMBER, **_PROFILE},
    "follow": {**_MEMBER, **_FOLLOW},
}
"""By target: the facts that are there whatever the policy says."""

WRITTEN = frozenset(name for schema in FACTS.values() for name, fact in schema.items() if fact.written)
"""What members wrote, by name: it is not kept with what was decided."""
DURATIONS = frozenset(
    name for schema in FACTS.values() for name, fact in schema.items() if fact.type == DURATION
)
"""The facts that are lengths of time; kept of what matched as seconds."""
TELLS_WHO = frozenset(name for schema in FACTS.values() for name, fact in schema.items() if fact.tells_who)
"""What tells of whom it is, by name: it is not told to those who judge without knowing that."""


LABELS_SAID = (
    "What the labeller says of it, if it is a post, and of its author; nothing where it says nothing."
)


def vocabulary(rules: ModerationRules, target: Target) -> Schema:
    """Return what rules on a target may speak of: the facts, and what their policy names."""
    named: dict[str, Fact] = {}
    if "text" in FACTS[target]:
        for name, words in rules.words.items():
            held = Fact(STRINGS, "Those of the list that its text holds.", max(1, len(words)))
            named[f"words.{name}"] = held
        for name in rules.patterns:
            named[f"patterns.{name}"] = Fact(BOOL, "Whether its text matches.")
    for name, entries in rules.lists.items():
        named[f"lists.{name}"] = Fact(STRINGS, "The list.", max(1, len(entries)))
    for name in rules.labels:
        named[f"{PREFIX}{name}"] = Fact(STRINGS, LABELS_SAID, MOST_LABELS)
    return {**FACTS[target], **named}
