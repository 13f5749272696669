"""The voting rules that a proposal opens under.

Law 5: a proposal in flight keeps them, whatever is decided meanwhile.
"""

from sqlalchemy import select
from sqlmodel import Session, col

from coop.book import COOP, Book
from coop.tables import PolicyVersion
from governance.rules import NAME


def voting_version(session: Session, book: Book) -> int:
    """Return the id of the voting policy's version that is in force in ``book``."""
    found = session.execute(
        select(col(PolicyVersion.id)).where(
            col(PolicyVersion.scope) == COOP,
            col(PolicyVersion.kind) == NAME,
            col(PolicyVersion.number) == book.policies[COOP, NAME].number,
        )
    )
    return int(found.scalar_one())


def voting_sha256(book: Book) -> str:
    """Return the hash of the text of that version."""
    head = book.policies[COOP, NAME]
    return head.sources[head.number].sha256
