"""The words in which pages tell of states, classes and choices. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from audience.feeds.rules import SignalName
from audience.feeds.sliders import LABELS
from audience.moderation.vocabulary import DURATIONS
from audience.rules import AtTime
from coop.notice_topics import Topic
from coop.rhythm import Every, Rhythm
from governance.case import Case
from governance.deliberation.arguments import Stance
from governance.deliberation.standing import Standing
from governance.deliberation.statements import Answer
from governance.deliberation.suggestions import Degree
from governance.facts import State
from governance.rules import ProposalClass
from governance.tally import Choice
from web.clocks import span


@dataclass(frozen=True, slots=True)
class StateWords:
    """How a state is named, what happens at its end, and what it means."""

    name: str
    means: str
    ends: str = ""


STATES: dict[State, StateWords] = {
    State.DRAFT: StateWords("Draft", "Only its author sees it."),
    State.SPONSORING: StateWords("Seeking sponsors", "Members sign it to put it to everybody.", "Lapses"),
    State.DELIBERATION: StateWords("Deliberation", "Everybody has time to think it over.", "Ends"),
    State.VERIFICATION: StateWords("Verification", "At its end the roll is frozen.", "Voting opens"),
    State.VOTING: StateWords("Voting", "Whoever is on the roll may vote, and vote again.", "Voting closes"),
    State.TIMELOCK: StateWords("Passed, waiting", "It passed and takes force by itself.", "Takes force"),
    State.IN_FORCE: StateWords("In force", "It is the rule now.", "Ends by itself"),
    State.REJECTED: StateWords("Rejected", "The vote did not reach what it had to."),
    State.WITHDRAWN: StateWords("Withdrawn", "Its author took it back."),
    State.LAPSED: StateWords("Lapsed", "It did not find its sponsors in time."),
    State.CONFLICTED: StateWords("Conflicted", "Another vote changed the text it was written against."),
    State.CANCELLED: StateWords("Cancelled", "It was ended before it could be decided."),
    State.ENACTMENT_FAILED: StateWords("Not enacted", "It passed and the policy could not stand with it."),
    State.VETOED: StateWords("Vetoed", "All of us voted against what a guild had passed."),
    State.SUPERSEDED: StateWords("Superseded", "Another proposal has taken its place."),
    State.SUNSET: StateWords("Ended as agreed", "Its time was over, and nobody renewed it."),
    State.REVERTED: StateWords("Undone", "It took force and was taken back."),
    State.REPEALED: StateWords("Repealed", "Another vote took it back."),
}

CLASSES: dict[ProposalClass, str] = {
    "A": "values inside the bounds that the policy declares",
    "B": "how things are shown and how far they travel",
    "C": "who belongs",
    "D": "how we decide, and the bounds themselves",
    "E": "an emergency, in force before all of us vote on it",
}

CHOICES: dict[Choice, tuple[str, str]] = {
    Choice.FOR: ("For", "I want this change."),
    Choice.AGAINST: ("Against", "I do not want this change."),
    Choice.ABSTAIN: ("Abstain", "I take no side; it counts neither way."),
    Choice.BLOCK: ("Block", "Against, for a reason and by a clause: more of us must say yes then."),
    Choice.RANKED: ("Ranked", "I put them in the order in which I want them."),
    Choice.APPROVED: ("Approved", "I can live well with each of these."),
    Choice.NAMED: ("A number", "I name the number that I want."),
}


@dataclass(frozen=True, slots=True)
class StanceWords:
    """How arguments of one stance are called, and how one more is asked for."""

    many: str
    none: str
    say: str


STANCES: dict[Stance, StanceWords] = {
    Stance.FOR: StanceWords("For it", "Nobody has argued for it yet.", "For it: why this is good"),
    Stance.AGAINST: StanceWords(
        "Against it", "Nobody has argued against it yet.", "Against it: why this is not good"
    ),
    Stance.QUESTION: StanceWords(
        "Questions", "Nobody has asked anything yet.", "A question: what I want to know first"
    ),
}

STANDINGS: dict[Standing, tuple[str, str]] = {
    Standing.OPEN: ("Waits for an answer", "The author of the proposal takes it up, or says why not."),
    Standing.ACCEPTED: ("Taken up", "The proposal says this now, and whoever wrote it is a co-author."),
    Standing.REJECTED: ("Not taken up", "Whoever wrote it may make a proposal of its own of it."),
    Standing.WITHDRAWN: ("Taken back", "Whoever wrote it took it back."),
    Standing.MOVED: ("Out of date", "The proposal says something else by now: it can be written anew."),
    Standing.LAPSED: ("Left open", "The time to talk ended without an answer."),
}

DEGREES: dict[Degree, tuple[str, str]] = {
    Degree.MUST: ("must", "Without it I am against the proposal."),
    Degree.SHOULD: ("should", "It would be better with it."),
    Degree.SHOULD_NOT: ("should not", "It would be worse with it."),
    Degree.MUST_NOT: ("must not", "With it I am against the proposal."),
}
"""Whether the proposal must, should, … take an amendment up."""

ANSWERS: dict[Answer, str] = {
    Answer.AGREE: "Agree",
    Answer.DISAGREE: "Disagree",
    Answer.PASS: "Pass",
}

TOPICS: dict[Topic, str] = {
    "proposal": "Proposals and votes",
    "jury": "Juries",
    "post": "What you made and did",
    "report": "What you reported",
    "ask": "What is asked, of you and by you",
    "seat": "Seats",
    "followers": "Who follows you",
    "limit": "Limits of yours",
    "calm": "Threads to which you are called",
    "feature": "What you may do",
    "webhook": "Webhooks of yours",
    "room": "Live rooms",
    "draft": "What you write with others",
}
"""Headings of what one is told, by what it is about."""

RHYTHMS: dict[Every, tuple[str, str]] = {
    "at_once": ("At once", "Each thing as it comes."),
    "hourly": ("Every hour", "Together, at each full hour."),
    "daily": ("Every day", "Together, at the hour below."),
    "weekly": ("Every week", "Together, at the hour below on the day below."),
}

REHEARSALS = {
    "waiting": "It waits for its turn.",
    "running": "It is being tried now.",
    "failed": "It could not be tried.",
}
"""Where a rehearsal stands."""

LIMITS = {
    "seats": "Members who may view it",
    "arrivals": "Strangers let in a minute",
    "burst": "Strangers let in at once",
    "replies": "Replies",
    "replies_each": "Replies of one member",
    "replies_gap_s": "Pause between two of one member",
    "replies_watched_min": "To be watched or read first",
    "replies_until": "Takes replies for",
    "replies_at_time": "Answered at a moment of it by",
}
"""What a post's limits are called."""

AT_MOMENTS: dict[AtTime, str] = {
    "on": "whoever may answer",
    "owner": "its author alone",
    "off": "nobody",
}
"""Who may answer at a moment of a post."""

PARTS = {
    "see": "who may know of it",
    "read": "who may open it",
    "seats": "how many may view it",
    "arrivals": "how fast strangers are let in",
    "interact": "what readers may do with it",
    "replies": "how it may be answered",
}
"""What a layer of an audience narrows."""

VERBS: dict[str, str] = {
    "like": "Like it",
    "repost": "Point to it",
    "quote": "Quote it",
    "reply": "Answer it",
    "video_reply": "Answer with a video",
    "stitch": "Continue it",
    "duet": "Play beside it",
    "sound": "Use its sound",
    "download": "Download it",
}
"""What readers may do with a post."""


def lasting(ms: int) -> str:
    """Return how long a video lasts, as players say it: ``0:07``, ``12:30``, ``1:00:05``."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


OPENINGS: dict[str, str] = {
    "readers": "every reader",
    "ask": "whoever asks, if you say yes",
    "nobody": "nobody",
    "chosen": "whom you chose",
}
"""Whom something may be open to, as its author reads it."""


MEASURES: dict[State, StateWords] = {
    State.SPONSORING: StateWords("Stewards sign", "With enough signatures it takes force at once.", "Lapses"),
    State.IN_FORCE: StateWords(
        "In force",
        "It is the rule for as long as all of us vote on whether it stays.",
        "The vote that keeps or ends it closes",
    ),
}
"""The same of an emergency measure, until the vote that ratifies it is counted."""


def words(case: Case) -> StateWords:
    """Return how the state of a proposal is named, what it means and what happens at its end."""
    waits = case.facts.pace == "emergency" and case.facts.tally is None
    return (MEASURES if waits else STATES).get(case.stage.state, STATES[case.stage.state])


def share(part: Fraction) -> str:
    """Return a share as people read it: ``60 %``, or ``2/3`` where it is no whole number of hundredths."""
    hundredths = part * 100
    return f"{hundredths.numerator} %" if hundredths.denominator == 1 else str(part)


def limit(name: str, value: int | timedelta | AtTime | None) -> str:
    """Return the value of a post's limit, as people read it."""
    match name, value:
        case _, None:
            return "no limit"
        case (("replies_gap_s" | "replies_watched_min"), 0):
            return "none"
        case "replies_gap_s", int(seconds):
            return length(timedelta(seconds=seconds))
        case "replies_watched_min", percent:
            return f"{percent} %"
        case _, timedelta() as whole:
            return length(whole)
        case _, str(who):
            return AT_MOMENTS[who]
    return str(value)


def length(whole: timedelta) -> str:
    """Return a length of time, every second of it: ``1 day 12 hours``."""
    minutes, seconds = divmod(whole.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = (("day", whole.days), ("hour", hours), ("minute", minutes), ("second", seconds))
    return " ".join(f"{number} {name}{'s' * (number != 1)}" for name, number in parts if number)


def rhythm(of: Rhythm) -> str:
    """Return how often somebody hears of things, as the end of a sentence: ``every day at 18:00 (UTC)``."""
    at = f"at {of.hour:02}:00"
    often = {
        "at_once": "at once",
        "hourly": "every hour",
        "daily": f"every day {at}",
        "weekly": f"every {of.weekday.title()} {at}",
    }[of.every]
    quiet = "" if of.quiet is None else f", not from {of.quiet.begins:%H:%M} to {of.quiet.ends:%H:%M}"
    zone = f" ({of.zone})" if quiet or of.every in ("daily", "weekly") else ""
    return f"{often}{quiet}{zone}"


def ordinal(number: int) -> str:
    """Return a place in a row: ``1st``, ``22nd``, ``113th``."""
    last = 0 if number // 10 % 10 == 1 else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def place(rank: int | None, rank_without: Mapping[SignalName, int | None]) -> str:
    """Return where a post would stand on a page, and where it would without each signal that moves it.

    Such as ``3rd on your page; without Fresh it would be 9th.`` None is not on the page.
    """
    moved: dict[int | None, list[str]] = {}
    for signal, other in rank_without.items():
        if other != rank:
            moved.setdefault(other, []).append(LABELS[signal].name)
    said = ["not on your page" if rank is None else f"{ordinal(rank)} on your page"]
    for other in sorted(moved, key=lambda one: (one is None, one)):
        there = "not be on it" if other is None else f"be {ordinal(other)}"
        several = "," * (len(moved[other]) > 1)
        said.append(f"without {', or without '.join(moved[other])}{several} it would {there}")
    return "; ".join(said) + "."


def fact(value: object, name: str = "") -> str:
    """Return a fact that a rule was asked of, by its name, as a reader says it; durations come in seconds."""
    if name in DURATIONS and isinstance(value, int | float):
        return span(timedelta(seconds=value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(f"“{one}”" if isinstance(one, str) else str(one) for one in value) or "none"
    return f"“{value}”" if isinstance(value, str) else str(value)


def exact(number: int, places: int) -> str:
    """Return a whole number of ``10 ** -places`` as a decimal, every digit of it: sums of them add up."""
    whole, rest = divmod(abs(number), 10**places)
    digits = f"{rest:0{places}d}".rstrip("0")
    return f"{'-' if number < 0 else ''}{whole}{'.' if digits else ''}{digits}"
