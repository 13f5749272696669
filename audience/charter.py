"""What the policies of audience, feeds and moderation may not say, whatever is voted, and their kinds.

Pure. Law 12: a clause that would bind nothing, or a default above its ceiling, is refused when proposed.
"""

from audience.clauses import limit_of
from audience.feeds.rules import FEEDS, FeedRules
from audience.moderation.charter import moderation_charter
from audience.moderation.rules import MODERATION, ModerationRules
from audience.rules import AUDIENCE, OPENINGS, ORDERS, AudienceRules, Openness
from coop.book import PolicyKind
from coop.clauses import bounds_of_nothing
from coop.errors import Fault
from coop.policy_text import leaves, token


def charter(rules: AudienceRules | FeedRules) -> list[Fault]:
    """Return the clauses that would bind nothing.

    They are bounds of no clause, bounds for guilds of what is asked of no guild, and defaults above their
    ceilings.
    """
    if isinstance(rules, FeedRules):
        return bounds_of_nothing(rules)
    return [*_defaults(rules), *bounds_of_nothing(rules), *_guild_bounds(rules)]


def _defaults(rules: AudienceRules) -> list[Fault]:
    opened: dict[str, Openness] = dict(rules.interact)
    found = [
        Fault(f"/interact/{verb}/default", f"The default cannot be above the ceiling: {one.ceiling}.")
        for verb, one in opened.items()
        if OPENINGS.index(one.default) > OPENINGS.index(one.ceiling)
    ]
    default, ceiling = limit_of(rules.seats.default), limit_of(rules.seats.ceiling)
    if ceiling is not None and (default is None or default > ceiling):
        detail = f"The default cannot be above the ceiling, which is {ceiling}."
        found.append(Fault("/seats/default", detail))
    wide = limit_of(rules.seats.wide_ceiling)
    if wide is not None and ceiling is not None and wide < ceiling:
        detail = "The wide ceiling cannot be below the ceiling, which holds for everybody."
        found.append(Fault("/seats/wide_ceiling", detail))
    if rules.limit_for_now.default > rules.limit_for_now.longest:
        detail = f"The default cannot be longer than the longest, which is {rules.limit_for_now.longest}."
        found.append(Fault("/limit_for_now/default", detail))
    if rules.drafts.warned >= rules.drafts.kept:
        detail = "It has to be shorter than /drafts/kept, or a draft would be told of before it is begun."
        found.append(Fault("/drafts/warned", detail))
    words = rules.thanks.words
    if len(set(words)) != len(words):
        found.append(Fault("/thanks/words", "It says the same twice."))
    return found


def _guild_bounds(rules: AudienceRules) -> list[Fault]:
    known = leaves(rules.model_dump(exclude={"bounds"}))
    detail = "This is the coop's alone: what a guild set would bind nothing."
    return [
        Fault(f"/bounds/guild/{token(clause)}", detail)
        for clause in rules.bounds.guild
        if clause in known and clause not in ORDERS
    ]


KINDS = (
    PolicyKind(AUDIENCE, AudienceRules, charter, guild=True),
    PolicyKind(FEEDS, FeedRules, charter),
    PolicyKind(MODERATION, ModerationRules, moderation_charter, guild=True),
)
"""What ``app.py`` registers."""
