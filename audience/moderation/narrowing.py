"""Narrowing: a post is, by a jury's decision, for those alone who follow its author or whom it names.

Law 8: it is one more layer of the post's audience, and only leaves people out. Ending the decision gives back
nothing but what the author had asked for themself: whoever that was for sees it again.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from audience import derivatives
from audience.document import Parts
from audience.keys import member_key
from audience.predicate import Atom
from audience.stage_tables import PostStage
from audience.stages import READ, When, layer
from audience.tables import Post

CLOSE = Parts.model_validate({"see": {"any": [{"follow": {"dir": "follower"}}, {"mentioned": True}]}})
"""Whom a narrowed post is for."""


def narrow(session: Session, post: Post, decision_id: int, now: datetime) -> None:
    """Add the layer to a post whose row the caller holds."""
    last = session.scalar(select(func.max(col(PostStage.number))).where(col(PostStage.post_id) == post.id))
    mentioned = Atom.model_validate({"mentioned": True})
    keys: dict[Atom, list[int]] = {atom: [] for _, atom in CLOSE.named()} | {
        mentioned: list(map(member_key, post.mentions))
    }
    for row in layer(post.id, post.author_id, (last or 0) + 1, CLOSE, None, keys, When(now)):
        row.decision_id = decision_id
        if row.part == READ:
            row.document, row.circles = CLOSE.stored(), {}
        session.add(row)
    session.execute(update(Post).where(col(Post.id) == post.id).values(layers=col(Post.layers) + 1))
    derivatives.narrow_tree(session, post.id)
    session.flush()


def lift(session: Session, decision_id: int, now: datetime) -> None:
    """Have the layer of a decision ask nothing from now on."""
    added = col(PostStage.decision_id) == decision_id
    session.execute(update(PostStage).where(added, col(PostStage.lifted_at).is_(None)).values(lifted_at=now))
