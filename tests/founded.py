"""The founding book, read once for all tests: it is a value, and each of them begins with it in force."""

from collections.abc import Mapping

from sqlmodel import Session

from coop.book import Book, PolicyKind
from coop.policies import Books


class FoundedBooks(Books):
    """The books of every epoch: the founding one is known, each later one is read when it is asked for."""

    def __init__(self, kinds: Mapping[str, PolicyKind], founding: Book) -> None:
        super().__init__(kinds)
        self._founding = founding
        self._held[founding.epoch, founding.holdings.version] = founding

    def _of_epoch(self, session: Session, epoch: int) -> Book:
        return self._founding if epoch == self._founding.epoch else super()._of_epoch(session, epoch)
