"""Together: the other guilds that have to pass the same, before any of them has it in force."""

from governance import joint
from governance.dossier import Dossier
from web.proposal.section import Section, Sight


def load(sight: Sight, found: Dossier) -> Section | None:
    """Return the proposals that take force together; None for one that stands alone."""
    if sight.case.joint_id is None:
        return None
    together = joint.together(sight.call.session, sight.case)
    return Section("together", "Together with other guilds", "proposal/together.html", together)
