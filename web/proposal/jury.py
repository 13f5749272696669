"""The jury: some of us, drawn by lot, who looked closely, and what they think. Told to members alone."""

from dataclasses import dataclass

from governance.dossier import Dossier
from governance.people import juries
from governance.people.juries import Panel
from governance.people.jurors import LONGEST_REASON, SITTING, Seat, Verdict
from governance.people.secrecy import SECRET
from web.proposal.section import Section, Sight


@dataclass(frozen=True, slots=True)
class Jury:
    """A jury as its page tells it."""

    panel: Panel | None
    why: str
    """Why there is none yet."""
    counts: dict[Verdict, int]
    sitting: list[Seat]
    """Those who have not stepped down, in the order of the draw."""
    yours: Seat | None
    """The reader's own seat, while they can say something there."""
    longest: int


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the jury; None where no jury is asked for, and to visitors."""
    case, member = sight.case, sight.member
    asked = case.facts.risk_class in case.rules.juries.classes and case.facts.entry == "deliberation"
    if member is None or not asked or case.times is None or case.kind in SECRET:
        return None
    read = juries.read(sight.call.session, case)
    seats = [] if read.panel is None else read.panel.seats
    sitting = [seat for seat in seats if seat.declined_at is None]
    own = next((seat for seat in sitting if seat.handle == member.handle), None)
    yours = own if case.stage.state in SITTING else None
    counts = {verdict: sum(seat.verdict is verdict for seat in sitting) for verdict in Verdict}
    told = Jury(read.panel, read.why, counts, sitting, yours, LONGEST_REASON)
    todo = "You were drawn for its jury" if yours is not None and yours.verdict is None else ""
    return Section("jury", "What the jury thinks", "proposal/jury.html", told, todo)
