"""What an author writes of a proposal over HTTP, and what a reader asks for.

The shapes of what is sent; those of what is answered are in ``proposal_views``.
"""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from coop.paging import PageQuery
from governance.dossier import Show
from governance.drafts import LONGEST_RATIONALE, LONGEST_TITLE, Draft
from governance.rules import Method, duration

Length = Annotated[timedelta, BeforeValidator(duration), WithJsonSchema({"type": "string"})]
"""A length of time as ISO 8601 has it, in weeks, or in days, hours, minutes and seconds."""

SHA256 = r"^[0-9a-f]{64}$"
"""How a hash is written."""
NAME = r"^[a-z][a-z0-9:-]{0,59}$"
"""How a scope or a kind of policy is written."""


class DraftBody(BaseModel):
    """What an author writes."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(default="coop", pattern=NAME)
    """``coop`` or ``guild:<slug>``."""
    kind: str = Field(pattern=NAME)
    """The kind of policy to change."""
    title: str = Field(max_length=LONGEST_TITLE)
    rationale: str = Field(default="", max_length=LONGEST_RATIONALE)
    patch: list[dict[str, Any]] = Field(default_factory=list)
    """JSON Patch (RFC 6902) to the policy's clauses; empty where there are options."""
    base_sha256: str = Field(default="", pattern=f"{SHA256}|^$")
    """Hash of the policy text that the patch was written against; empty where no policy is changed."""
    method: Method | None = None
    """How votes are counted; without it, as the class of the change says."""
    options: Any = None
    """What a ballot chooses from, where that is more than for and against. For competing patches (schulze):
    ``{"choices": [{"label": …, "patch": […]}, …]}``; for a number (median): ``{"clause": …, "min": …,
    "max": …}``; for a question (approval or schulze): ``{"choices": [{"label": …}, …]}``. What leaves things
    as they are is added as the first choice to be ranked."""
    target: str | None = Field(default=None, pattern=r"^\d{1,19}$")
    """The proposal that this one repeals or renews."""
    review_after: Length | None = None
    """How long in force before it is looked at again, such as ``P90D``; without it, as its class says."""
    sunset_after: Length | None = None
    """How long in force before it ends by itself; without it, as its class says."""
    tripwires: list[dict[str, Any]] = Field(default_factory=list, max_length=5)
    """Measures and bounds; one that is crossed undoes the change."""

    def draft(self) -> Draft:
        """Return it as the action takes it."""
        return Draft(
            scope=self.scope,
            kind=self.kind,
            title=self.title,
            rationale=self.rationale,
            patch=self.patch,
            base_sha256=self.base_sha256,
            method=self.method,
            options=self.options,
            target_id=None if self.target is None else int(self.target),
            review_after=self.review_after,
            sunset_after=self.sunset_after,
            tripwires=tuple(self.tripwires),
        )


class ProposalBody(DraftBody):
    """What an author writes, and whether to ask for sponsors at once."""

    submit: bool = True
    """False keeps it a draft that you alone see."""


class ProposalQuery(PageQuery):
    """Which proposals to list."""

    show: Show = "open"
    scope: str | None = Field(default=None, pattern=NAME)
    kind: str | None = Field(default=None, pattern=NAME)
