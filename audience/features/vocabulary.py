"""What conditions of features may speak of: the metrics of whoever would hold the feature, by name.

Pure. Every metric is a whole number, and none is unknown: what nobody did counts nought.
"""

from collections.abc import Mapping

from audience.metrics import of_guilds, of_members
from coop.cel.types import INT, Fact, Schema
from coop.holdings import Holder

VOCABULARY: Mapping[Holder, Schema] = {
    "member": {one.name: Fact(INT, one.meaning) for one in of_members.METRICS},
    "guild": {one.name: Fact(INT, one.meaning) for one in of_guilds.METRICS},
}
"""By the kind of holder."""
