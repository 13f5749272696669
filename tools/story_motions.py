"""What the small cooperative of a first run has put to itself, what was said of it and how it voted."""

from decimal import Decimal
from typing import Any

from governance.deliberation.arguments import Stance
from governance.tally import Choice
from tools.motions import Amended, Check, Election, Motion, Objected, Opinion, Remark, Voice


def _sides(yes: str, no: str = "", abstain: str = "") -> tuple[Voice, ...]:
    return (Voice(yes, Choice.FOR), Voice(no, Choice.AGAINST), Voice(abstain, Choice.ABSTAIN))


def _ranked(**rankings: tuple[int, ...]) -> tuple[Voice, ...]:
    return tuple(Voice(handle, Choice.RANKED, marks=marks) for handle, marks in rankings.items())


def _approved(**approvals: tuple[int, ...]) -> tuple[Voice, ...]:
    return tuple(Voice(handle, Choice.APPROVED, marks=marks) for handle, marks in approvals.items())


def _named(**values: int) -> tuple[Voice, ...]:
    return tuple(Voice(handle, Choice.NAMED, value=Decimal(value)) for handle, value in values.items())


def _half_life(label: str, length: str) -> dict[str, Any]:
    patch = [{"op": "replace", "path": "/profiles/balanced/half_life", "value": length}]
    return {"label": label, "patch": patch}


ELECTION = Election(
    39,
    "ines",
    "Our first five stewards",
    "Until now whoever founded a guild tended it. Let us choose five for all of us, for a year.",
    ("jonas", "amara"),
    (
        ("ines", "I answer letters, also the hard ones."),
        ("marko", "Bees taught me patience. Meetings will test it."),
        ("amara", "I would like quiet members to be heard first."),
        ("priya", "I count well, and I like to be counted upon."),
        ("kofi", "A steward keeps time. I keep time."),
        ("elena", "I will publish a map of every decision."),
        ("jonas", "What rots, I turn over. Gently."),
    ),
    (
        ("ines", "amara priya elena ines"),
        ("marko", "marko jonas ines elena"),
        ("amara", "amara elena kofi"),
        ("yuki", "ines kofi priya amara marko"),
        ("tomas", "kofi amara"),
        ("leila", "kofi ines priya"),
        ("oskar", "elena amara marko"),
        ("priya", "priya ines kofi elena"),
        ("hana", "ines jonas marko elena"),
        ("kofi", "kofi amara priya"),
        ("elena", "elena priya amara"),
    ),
)

MOTIONS = (
    Motion(
        50,
        "leila",
        "feeds",
        "Hear more from those whom few have heard",
        "The same six of us fill the page. Let a new voice weigh nearly as much as a fresh one.",
        ("kofi", "hana"),
        clause="/profiles/balanced/weights/small",
        value=0.9,
        remarks=(
            Remark(
                "hana",
                Stance.FOR,
                "I posted for a month before anybody answered. I nearly left.",
                helped="oskar ines marko",
                answers=(("oskar", "I never saw those posts. That settles it for me."),),
            ),
            Remark(
                "jonas",
                Stance.AGAINST,
                "I follow people because I want to read them first.",
                helped="leila",
                answers=(("leila", "You still will: following weighs 0.8 as before."),),
            ),
        ),
        votes=_sides("leila kofi hana ines yuki priya elena marko", "jonas", "oskar"),
    ),
    Motion(
        42,
        "oskar",
        "feeds",
        "How many posts make a page?",
        "Thirty is more than I read at one sitting. Let each of us name a number, and take the middle one.",
        ("elena", "priya"),
        method="median",
        options={"clause": "/profiles/balanced/page"},
        votes=_named(
            oskar=12, elena=24, priya=20, ines=30, yuki=24, hana=18, marko=30, kofi=40, amara=20, jonas=30
        ),
    ),
    Motion(
        36,
        "jonas",
        "audience",
        "Twelve replies each to one post",
        "After so many answers to the same post, meet for tea instead.",
        ("ines", "priya"),
        clause="/replies/per_member",
        value=8,
        remarks=(
            Remark(
                "tomas",
                Stance.QUESTION,
                "Who is this about? I have never seen anybody write nine.",
                answers=(("jonas", "About me. Ask Priya's class."),),
            ),
            Remark(
                "kofi",
                Stance.AGAINST,
                "Two people who find the rhythm of a thing answer each other twenty times in an hour.",
                helped="jonas ines",
            ),
        ),
        amended=Amended("ines", 12, "Eight would have cut off our quarrel about beans. Twelve would not."),
        votes=_sides("jonas ines priya marko elena hana amara", "tomas kofi"),
        outcome="Twelve it is, with thanks to Inês for the better number.",
    ),
    Motion(
        26,
        "tomas",
        "audience",
        "Larger rooms unless one asks for less",
        "Some posts fill in an hour. I would rather begin large.",
        ("kofi", "oskar"),
        clause="/seats/default",
        value=400,
        objected=Objected(
            "ines",
            "In a room of four hundred nobody can be answered, and most of us never touch the setting.",
        ),
        votes=_sides("tomas kofi oskar", "ines leila yuki hana priya elena", "amara"),
    ),
    Motion(
        24,
        "priya",
        "question",
        "Where shall we meet in spring?",
        "One weekend, for whoever can come. Name every place that you could travel to.",
        ("yuki", "hana"),
        options={"choices": [{"label": label} for label in ("Ljubljana", "Lisboa", "Malmö", "Kyoto")]},
        votes=_approved(
            priya=(0, 1),
            yuki=(3,),
            hana=(0, 2),
            marko=(0,),
            ines=(0, 1),
            oskar=(0, 2),
            elena=(0, 1),
            jonas=(0, 2),
            leila=(1,),
        ),
        outcome="Ljubljana. Marko has asked his neighbours; there are beds for nine and honey for all.",
    ),
    Motion(
        21,
        "kofi",
        "feeds",
        "Let three answers count as a conversation begun",
        "Whoever answers three people is in a conversation. Five is a meeting.",
        ("leila", "tomas"),
        clause="/signals/conversation/halfway",
        value=3,
        tripwires=({"metric": "replies", "window_days": 7, "max": 50},),
        remarks=(
            Remark(
                "oskar",
                Stance.QUESTION,
                "And if we then talk so much that nobody can follow?",
                helped="kofi hana",
                answers=(("kofi", "Then it undoes itself: at fifty replies a day, see the tripwire."),),
            ),
        ),
        votes=_sides("kofi leila tomas yuki amara oskar", "", "jonas"),
    ),
    Motion(
        8.6,
        "elena",
        "feeds",
        "How long does a post stay fresh?",
        "We are in eleven time zones. What I post in the evening is old before Yuki has had breakfast.",
        ("oskar", "yuki"),
        method="schulze",
        options={"choices": [_half_life("Two days", "P2D"), _half_life("Three days", "P3D")]},
        remarks=(
            Remark(
                "yuki",
                Stance.FOR,
                "Bread takes three days. I can wait as long for what you write.",
                helped="elena priya hana",
            ),
            Remark("tomas", Stance.AGAINST, "News of a radio is no news on Thursday."),
        ),
        votes=_ranked(
            elena=(1, 2, 0), yuki=(2, 1, 0), oskar=(2, 1, 0), tomas=(0, 1), priya=(1, 2, 0), hana=(1, 0, 2)
        ),
    ),
    Motion(
        4.2,
        "hana",
        "audience",
        "Let strangers arrive half as fast",
        "When a post of mine was passed around, forty strangers came in a minute. I can greet thirty.",
        ("ines", "leila"),
        clause="/arrivals/per_minute",
        value=30,
        votes=_sides("hana leila marko priya", "tomas"),
    ),
    Motion(
        1.5,
        "yuki",
        "media",
        "Twenty photographs a day",
        "I would look longer at fewer. Sixty a day is a shutter, not an eye.",
        ("oskar", "elena"),
        clause="/photos/per_day",
        value=20,
        remarks=(
            Remark(
                "elena",
                Stance.FOR,
                "Twenty is a long walk. Choosing is half of taking pictures.",
                helped="oskar hana",
            ),
            Remark(
                "tomas",
                Stance.AGAINST,
                "To mend a radio I photograph every screw before I touch it.",
                helped="yuki amara elena",
                answers=(("amara", "Could those go into one picture? I can show you how."),),
            ),
            Remark("priya", Stance.QUESTION, "Does a class of thirty children count as one member?"),
        ),
        opinions=(
            Opinion(
                "yuki", "I scroll past most photographs without seeing them.", "oskar elena hana ines", "kofi"
            ),
            Opinion(
                "tomas",
                "Some work needs many pictures, and that is no noise.",
                "amara priya jonas",
                "yuki",
                "oskar",
            ),
            Opinion(
                "amara",
                "What should be fewer is what is shown, not what is taken.",
                "tomas kofi marko priya",
                "",
                "elena",
            ),
            Opinion(
                "hana", "A number that nobody reaches changes nothing.", "jonas leila", "yuki elena", "ines"
            ),
        ),
        check=Check(
            "How does twenty feel?",
            (("oskar", 4), ("elena", 4), ("tomas", 1), ("amara", 2), ("hana", 3), ("kofi", 2)),
        ),
    ),
    Motion(
        0.4,
        "marko",
        "membership",
        "Guilds of a hundred and fifty at most",
        "Past that we stop knowing each other's names. A guild that outgrows it can become two.",
        clause="/guilds/members_max",
        value=150,
    ),
)
