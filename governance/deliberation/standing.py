"""Standing: what can still become of an amendment.

Pure. Law 14: it follows from what was done to the amendment and from where its proposal stands, so nothing
has to be written down when the text moves or deliberation ends.
"""

from enum import StrEnum

from governance.facts import State


class Standing(StrEnum):
    """What has become of an amendment."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    """The text that it would replace has been replaced by another: its author may make it anew."""
    LAPSED = "lapsed"
    """Deliberation ended without an answer."""


def standing(ended_as: str | None, of_patch_sha256: str, patch_sha256: str, state: State) -> Standing:
    """Return what has become of an amendment to the text ``of_patch_sha256``.

    ``patch_sha256`` is the proposal's hash now and ``state`` where it stands.
    """
    if ended_as is not None:
        return Standing(ended_as)
    if of_patch_sha256 != patch_sha256:
        return Standing.MOVED
    return Standing.OPEN if state is State.DELIBERATION else Standing.LAPSED
