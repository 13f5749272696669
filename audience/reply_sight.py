# ruff: noqa: S608 - the statements are put together from constants
"""Reply sight: which replies a reader is shown, of a post that they may read.

Law 7: a reply that was taken back, that waits for a yes or was given a no, or whose author and the reader are
blocked either way, is not there, and neither is anything that stands under what a blocked member wrote. One
that waits is there for whoever wrote it and for whoever decides; one that was refused for its author alone.
A visitor writes nothing, decides nothing and blocks nobody.
"""

from audience.access import BLOCKED


def said(reply: str, blocked: str = BLOCKED) -> str:
    """Return the condition that a row of ``reply``, under this alias, is shown to ``:me``.

    That is a member, or null for a visitor; that they may read the post is for ``access`` to say. ``blocked``
    selects what :data:`BLOCKED` does, for statements that ask for it more than once.
    """
    return f"""
    {reply}.deleted_at IS NULL
    AND {reply}.author_id NOT IN {blocked}
    AND ({reply}.state = 'shown' OR {reply}.author_id = :me OR ({reply}.state = 'waiting' AND :me = (
      SELECT author_id FROM post AS answered WHERE answered.id = {reply}.post_id)))
    AND ({reply}.above = '{{}}' OR NOT EXISTS (
      SELECT FROM reply AS higher WHERE higher.id = ANY({reply}.above) AND higher.author_id IN {blocked}))
    """
