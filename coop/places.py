"""Where a member says they are: as coarse as they like, or not at all.

Pure. A place is only ever declared by the member; it is never derived from an address or a picture.
"""

from dataclasses import dataclass

from coop.errors import Fault, RuleBroken
from coop.names import line

LONGEST = 80
"""Most characters in the name of a region or city."""

_LISTED = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

COUNTRIES = frozenset(_LISTED.split())
"""Country codes, ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True)
class Place:
    """A declared place. Every part may be missing; a region or city needs its country."""

    country: str | None = None
    """ISO 3166-1 alpha-2."""
    region: str | None = None
    city: str | None = None


NOWHERE = Place()


def check_place(place: Place, pointer: str = "") -> Place:
    """Return a place in its stored form; raise RuleBroken, under ``pointer``, where it cannot be one."""
    country = place.country.strip().upper() if place.country is not None else None
    if country is not None and country not in COUNTRIES:
        raise _broken(f"{pointer}/country", "Send a two-letter country code (ISO 3166-1), such as NO.")
    if country is None and (place.region is not None or place.city is not None):
        raise _broken(f"{pointer}/country", "A region or city needs its country.")
    return Place(
        country,
        _part(place.region, f"{pointer}/region"),
        _part(place.city, f"{pointer}/city"),
    )


def _part(text: str | None, pointer: str) -> str | None:
    return None if text is None else line(text, pointer, longest=LONGEST)


def _broken(pointer: str, detail: str) -> RuleBroken:
    return RuleBroken("This place cannot be used.", faults=(Fault(pointer, detail),))
