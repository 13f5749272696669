"""The facts that rules may speak of, by what a rule is asked of.

Pure. Law 13: a rule that speaks of anything else is refused when it is proposed. Every fact is something that
members can check for themselves; none is taken from an address, a device, or from whom somebody blocks.
"""

from collections.abc import Mapping

from audience.moderation.rules import ModerationRules, Target
from coop.cel.types import BOOL, DOUBLE, DURATION, INT, STRING, Fact, Schema, list_of

LONGEST_TEXT = 60_000
"""Characters that any clause lets a post have."""
STRINGS = list_of(STRING)

_TEXT: Schema = {
    "text": Fact(STRING, "What it says.", LONGEST_TEXT),
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
_AUTHOR: Schema = {
    "author.account_age": Fact(DURATION, "How long its author has been a member."),
    "author.guilds": Fact(STRINGS, "The guilds that its author belongs to, by slug.", 1000),
    "author.followers": Fact(INT, "How many follow its author."),
    "author.posts_hour": Fact(INT, "Posts that its author made in the hour before."),
    "author.posts_day": Fact(INT, "Posts that its author made in the 24 hours before."),
    "author.replies_hour": Fact(INT, "Replies that its author wrote in the hour before."),
    "author.replies_day": Fact(INT, "Replies that its author wrote in the 24 hours before."),
    "author.same_day": Fact(INT, "How often its author said exactly this in the 24 hours before."),
}
_POST: Schema = {
    "post.guild": Fact(STRING, 'Slug of the guild it is made in; "" where it is made in none.', 60),
    "post.picture": Fact(BOOL, "Whether it shows a picture."),
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

FACTS: Mapping[Target, Schema] = {
    "post": {**_TEXT, **_AUTHOR, **_POST},
    "reply": {**_TEXT, **_AUTHOR, **_REPLY},
}
"""By target: the facts that are there whatever the policy says."""


def vocabulary(rules: ModerationRules, target: Target) -> Schema:
    """Return what rules on a target may speak of: the facts, and the lists and patterns of their policy."""
    named: dict[str, Fact] = {}
    for name, words in rules.words.items():
        named[f"words.{name}"] = Fact(STRINGS, "Those of the list that its text holds.", max(1, len(words)))
    for name in rules.patterns:
        named[f"patterns.{name}"] = Fact(BOOL, "Whether its text matches.")
    for name, entries in rules.lists.items():
        named[f"lists.{name}"] = Fact(STRINGS, "The list.", max(1, len(entries)))
    return {**FACTS[target], **named}
