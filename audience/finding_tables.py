"""Tables of what posts are found by. Triggers keep them: they follow from the posts, whoever writes those."""

from sqlalchemy import BigInteger, Column, Index
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from coop.database import Row

ANY_KEY = -1
"""Stands among the keys of a post where following its author, or being followed by them, may open it."""


class PostFeature(Row, table=True):
    """A post is about a topic, or from a place or a part of it; those that were taken back are not here.

    Read in its order it gives the newest posts of a topic, which an index on ``post.features`` does not: that
    one gathers all of them first.
    """

    __tablename__ = "post_feature"
    __table_args__ = (Index("ix_post_feature_post", "post_id"),)

    feature: int = Field(primary_key=True, sa_type=BigInteger)
    """As in ``Post.features``: of a tag or a place."""
    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)


class PostWords(Row, table=True):
    """The words by which a post is found; of those that were taken back there are none.

    A row of its own, so that feeds, which read posts by the thousand, do not read their words.
    """

    __tablename__ = "post_words"
    __table_args__ = (Index("ix_post_words_words", "words", "keys", postgresql_using="gin"),)

    post_id: int = Field(foreign_key="post.id", primary_key=True, sa_type=BigInteger)
    door: bool = Field(primary_key=True)
    """Whether they are those of its teaser alone, for whoever is shown its door."""
    keys: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    """Who holds none of them is not shown it so; who holds one may or may not be."""
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))
    """As they are written and, where the language is known, as its words are compared."""


class TagKey(Row, table=True):
    """A post with this tag has, or had, this key: who holds none of a tag's keys is shown none of its posts.

    It spares looking at every post of the tags of which one is shown nothing; the posts themselves decide.
    """

    __tablename__ = "tag_key"

    key: int = Field(primary_key=True, sa_type=BigInteger)
    tag_id: int = Field(foreign_key="tag.id", primary_key=True, sa_type=BigInteger)
