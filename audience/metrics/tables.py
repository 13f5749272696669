"""Table of metrics: what the last nightly run counted of each member and each guild."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from coop.database import Row


class MetricSnapshot(Row, table=True):
    """One number of one holder, as it may be told and as it decides; nought has no row."""

    __tablename__ = "metric_snapshot"
    __table_args__ = (
        CheckConstraint("holder IN ('member', 'guild')", name="holder_known"),
        CheckConstraint("value > 0", name="something_counted"),
    )

    holder: str = Field(primary_key=True)
    """Of what kind the holder is: ``member`` or ``guild``."""
    holder_id: int = Field(primary_key=True, sa_type=BigInteger)
    metric: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
    as_of: date
    """The day before which everything was counted when this number came to be; later runs found the same."""
