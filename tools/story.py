"""The people and posts of the small cooperative that a first run brings to life."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who joined."""

    handle: str
    name: str
    about: str
    place: int
    """Id of their city."""


@dataclass(frozen=True, slots=True)
class Group:
    """A guild: its first member founded it and is its steward."""

    slug: str
    name: str
    purpose: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A post, when it was made, and for whom."""

    author: str
    hours_ago: float
    body: str
    guild: str | None = None
    people: tuple[str, ...] = ()
    seats: int | None = None
    photo: str | None = None
    """File name under ``tests/data/photos``."""
    alt: str = ""
    replies: tuple[tuple[str, str], ...] = ()


LISBON = 2267057
LJUBLJANA = 3196359
LAGOS = 2332459
KYOTO = 1857910
GUADALAJARA = 4005539
BEIRUT = 276781
MALMO = 2692969
KOCHI = 1273874
PRAGUE = 3067696
ACCRA = 2306104
AREZZO = 3182884
LEIPZIG = 2879139
"""Ids that GeoNames gave to cities."""

PEOPLE = (
    Person("ines", "Inês Duarte", "Keeps the seed library. Ask me for beans.", LISBON),
    Person("marko", "Marko Zupan", "Bees, mostly. Some honey.", LJUBLJANA),
    Person("amara", "Amara Okafor", "I photograph streets after rain.", LAGOS),
    Person("yuki", "Yuki Tanaka", "Bread, slowly.", KYOTO),
    Person("tomas", "Tomás Rivera", "Repairs radios, and what is left of them.", GUADALAJARA),
    Person("leila", "Leila Haddad", "Songs from my grandmother.", BEIRUT),
    Person("oskar", "Oskar Lind", "Slow trains and long walks.", MALMO),
    Person("priya", "Priya Nair", "Teaches maths with knitting.", KOCHI),
    Person("hana", "Hana Nováková", "Pressed flowers, pressed for time.", PRAGUE),
    Person("kofi", "Kofi Mensah", "Drums on anything.", ACCRA),
    Person("elena", "Elena Rossi", "Old maps, new paths.", AREZZO),
    Person("jonas", "Jonas Weber", "Compost, explained.", LEIPZIG),
)

GUILDS = (
    Group(
        "seed-keepers",
        "Seed Keepers",
        "We save seeds, swap them and write down what grew.",
        ("ines", "jonas", "hana", "marko", "priya", "elena"),
    ),
    Group(
        "street-light",
        "Street Light",
        "Photographs of ordinary places, looked at for a long time.",
        ("amara", "oskar", "elena", "tomas", "yuki"),
    ),
    Group(
        "kitchen-table",
        "Kitchen Table",
        "What we cook and sing while it cooks.",
        ("yuki", "leila", "kofi", "ines", "priya"),
    ),
)

FOLLOWS = (
    ("ines", "jonas"),
    ("ines", "amara"),
    ("marko", "ines"),
    ("marko", "leila"),
    ("amara", "oskar"),
    ("amara", "elena"),
    ("yuki", "leila"),
    ("yuki", "ines"),
    ("tomas", "kofi"),
    ("leila", "kofi"),
    ("oskar", "amara"),
    ("priya", "yuki"),
    ("hana", "ines"),
    ("kofi", "tomas"),
    ("elena", "amara"),
    ("jonas", "marko"),
)

NOTES = (
    Note(
        "amara",
        220,
        "The square, the minute the sun came through. I waited an hour for nobody to hurry. #light #streets",
        guild="street-light",
        photo="DSCN0010.jpg",
        alt="A sunlit square with old houses",
        replies=(
            ("oskar", "The shadows do the talking here. Which corner were you standing at?"),
            ("amara", "By the fountain, back to the wall. Come at four."),
        ),
    ),
    Note(
        "ines",
        190,
        "Swapped the climbing beans today: eleven kinds on one table. The speckled ones are back from 1987. "
        "#beans #seeds",
        guild="seed-keepers",
        replies=(
            ("jonas", "Please keep me six of the speckled ones. My soil is heavy and they do not mind."),
            ("ines", "Six in an envelope with your name."),
        ),
    ),
    Note(
        "yuki",
        170,
        "Day four of the same dough. It smells of apples now. I have done nothing but wait. #bread #slow",
    ),
    Note(
        "jonas",
        150,
        "Compost in one sentence: feed it as you would a patient animal. Longer version on Saturday. "
        "#compost #soil",
        seats=40,
        replies=(("priya", "May I bring my class? They will ask about worms."),),
    ),
    Note(
        "elena",
        120,
        "A canal that is on no map I own. #maps #streets",
        photo="DSCN0021.jpg",
        alt="Houses along a quiet street",
        seats=25,
    ),
    Note(
        "leila",
        96,
        "My grandmother's song for shelling peas has nine verses, and the ninth is only for the cousins. "
        "Here are eight. #songs",
        people=("yuki", "kofi", "ines", "marko"),
        seats=4,
        replies=(("kofi", "The fourth verse wants a drum. I will send you one."),),
    ),
    Note("marko", 80, "The bees found the lime trees. The whole hive hums one note lower today. #bees"),
    Note(
        "oskar",
        70,
        "Slow train north. Three hundred kilometres, two books, one conversation. #slow #trains",
        photo="landscape_6.jpg",
        alt="A wide landscape under a pale sky",
        replies=(("amara", "What was the conversation?"), ("oskar", "Whether a lake has a front.")),
    ),
    Note(
        "priya",
        52,
        "Taught fractions with four colours of wool. Nobody noticed it was fractions until the end. "
        "#maths #wool",
    ),
    Note(
        "tomas", 40, "This radio last spoke in 1961. Today it said «buenas tardes». #repair #radio", seats=60
    ),
    Note(
        "hana",
        30,
        "Pressed the last cornflowers. If you have blotting paper that is going spare, I have jam. "
        "#flowers #swap",
        guild="seed-keepers",
    ),
    Note("kofi", 20, "Found the right bucket. It is an A flat. #drums #songs", guild="kitchen-table"),
    Note(
        "ines",
        10,
        "Portrait of a pumpkin that thinks it has won. #seeds #harvest",
        photo="portrait_3.jpg",
        alt="A tall picture, upright",
    ),
    Note(
        "amara",
        4,
        "Rain until noon, then everything shone. I kept the camera in my coat. #light #rain",
        guild="street-light",
    ),
    Note("yuki", 1.5, "The loaf is out. Nobody may cut it for an hour. Least of all me. #bread"),
)
