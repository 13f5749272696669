"""What posts, members, guilds and proposals are found by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# ISO 639 codes and the text search configuration that knows the forms of that language's words. Of those that
# the server does not have, words are found as they are written.
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Words are compared without case and without the marks that Latin, Greek and Cyrillic letters may carry.
PLAIN = r"""
CREATE FUNCTION without_marks(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(normalize(lower(said), NFKD), '[\u0300-\u036F]', '', 'g');

CREATE FUNCTION plain_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple', without_marks(said));

CREATE FUNCTION plain_query(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN websearch_to_tsquery('pg_catalog.simple', without_marks(asked));
"""

# Names are looked up while they are typed: the last word may be the beginning of one, unless a word is to be
# left out; and the parts of a handle or slug are words.
NAMES = r"""
CREATE FUNCTION parted(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(said, '(?<=[[:alnum:]])[-_](?=[[:alnum:]])', ' ', 'g');

CREATE FUNCTION name_query(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT CASE WHEN query::text ~ '^[^!]+''$' THEN (query::text || ':*')::tsquery ELSE query END
  FROM plain_query(parted(asked)) AS query
);

CREATE FUNCTION member_words(handle text, display_name text, about text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plain_words(parted(handle) || E'\n' || parted(display_name) || E'\n' || about);

CREATE FUNCTION guild_words(slug text, name text, purpose text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plain_words(parted(slug) || E'\n' || parted(name) || E'\n' || purpose);

CREATE FUNCTION proposal_words(title text, rationale text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plain_words(title || E'\n' || rationale);
"""

# A text has its words as they are written and, where its language is known, in the form in which that
# language's words are compared; so has a query, and either form is enough. No index can answer a query that
# needs no word to be there: it is made one of nothing.
WORDS = """
CREATE FUNCTION words_of(said text, language text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plain_words(said) || coalesce(to_tsvector(stemmer(language), said), ''::tsvector);

CREATE FUNCTION words_query(asked text, language text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT CASE WHEN querytree(query) = 'T' THEN ''::tsquery ELSE query END
  FROM coalesce(
    plain_query(asked) || websearch_to_tsquery(stemmer(language), asked), plain_query(asked)
  ) AS query
);
"""

# What posts are found by follows from them, whoever writes them. Their keys may only be too many: the
# author's own is among them, and -1 stands for those of a lock that following may open. Of a post that has a
# door, or may be waited for, the teaser has words of its own. Keys of tags are added in one order, so that
# two posts of the same tags never wait for each other in a ring.
FOUND_BY = r"""
CREATE FUNCTION find_posts(posts bigint[]) RETURNS void LANGUAGE sql AS $$
DELETE FROM post_feature WHERE post_id = ANY(posts);
DELETE FROM post_words WHERE post_id = ANY(posts);
INSERT INTO post_feature (feature, post_id)
SELECT DISTINCT feature, id FROM post, unnest(features) AS feature
WHERE id = ANY(posts) AND deleted_at IS NULL AND feature & 15 IN (1, 4);
INSERT INTO post_words (post_id, door, keys, words)
SELECT id, false,
       lock_any || (author_id << 4 | 2) || CASE WHEN lock_follow IS NOT NULL THEN ARRAY[-1::bigint] END,
       words_of(teaser || E'\n' || body, language)
FROM post WHERE id = ANY(posts) AND deleted_at IS NULL;
INSERT INTO post_words (post_id, door, keys, words)
SELECT id, true,
       coalesce(see.lock_any, '{}') || CASE WHEN waitlist THEN post.lock_any ELSE '{}' END
         || CASE WHEN see.lock_follow IS NOT NULL OR waitlist AND post.lock_follow IS NOT NULL
            THEN ARRAY[-1::bigint] END,
       words_of(teaser, language)
FROM post LEFT JOIN post_stage AS see ON see.post_id = id AND number = 0 AND part = 'see'
WHERE id = ANY(posts) AND deleted_at IS NULL AND teaser <> '' AND (waitlist OR see.post_id IS NOT NULL);
INSERT INTO tag_key (key, tag_id)
SELECT DISTINCT key, feature >> 4 AS tag_id
FROM post_words JOIN post_feature USING (post_id), unnest(keys) AS key
WHERE post_id = ANY(posts) AND feature & 15 = 1 ORDER BY key, tag_id
ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION post_is_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_posts(ARRAY(SELECT id FROM made));
    RETURN NULL;
END $$;
CREATE TRIGGER post_is_found AFTER INSERT ON post REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION post_is_made();

CREATE FUNCTION post_is_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_posts(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER post_is_found_anew AFTER UPDATE ON post FOR EACH ROW WHEN (
    (OLD.body, OLD.teaser, OLD.language, OLD.features, OLD.deleted_at IS NULL)
    IS DISTINCT FROM (NEW.body, NEW.teaser, NEW.language, NEW.features, NEW.deleted_at IS NULL))
EXECUTE FUNCTION post_is_changed();

CREATE FUNCTION post_has_a_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_posts(ARRAY[NEW.post_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER post_door_is_found AFTER INSERT ON post_stage FOR EACH ROW
WHEN (NEW.number = 0 AND NEW.part = 'see') EXECUTE FUNCTION post_has_a_door();
"""


def upgrade() -> None:
    """Bring the tables, functions, triggers and indexes, and fill them from what is there."""
    for statement in (PLAIN, NAMES, _stemmer(), WORDS):
        op.execute(sa.text(statement))
    op.create_table(
        "post_feature",
        sa.Column("feature", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_feature_post_id"),
        sa.PrimaryKeyConstraint("feature", "post_id", name="pk_post_feature"),
    )
    op.create_index("ix_post_feature_post", "post_feature", ["post_id"])
    op.create_table(
        "post_words",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.Boolean(), nullable=False),
        sa.Column("keys", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_words_post_id"),
        sa.PrimaryKeyConstraint("post_id", "door", name="pk_post_words"),
    )
    op.create_table(
        "tag_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name="fk_tag_key_tag_id"),
        sa.PrimaryKeyConstraint("key", "tag_id", name="pk_tag_key"),
    )
    op.execute(sa.text(FOUND_BY))
    op.execute(sa.text("SET LOCAL statement_timeout = '1h'"))
    op.execute(sa.text("SELECT find_posts(ARRAY(SELECT id FROM post))"))
    op.create_index("ix_post_words_words", "post_words", ["words", "keys"], postgresql_using="gin")
    for table, words in (
        ("member", "member_words(handle, display_name, about)"),
        ("guild", "guild_words(slug, name, purpose)"),
        ("proposal", "proposal_words(title, rationale)"),
    ):
        op.create_index(f"ix_{table}_words", table, [sa.text(words)], postgresql_using="gin")


def downgrade() -> None:
    """Take them away."""
    for table in ("proposal", "guild", "member"):
        op.drop_index(f"ix_{table}_words", table)
    for trigger in (
        "post_door_is_found ON post_stage",
        "post_is_found_anew ON post",
        "post_is_found ON post",
    ):
        op.execute(sa.text(f"DROP TRIGGER {trigger}"))
    for table in ("tag_key", "post_words", "post_feature"):
        op.drop_table(table)
    for function in (
        "post_has_a_door()",
        "post_is_changed()",
        "post_is_made()",
        "find_posts(bigint[])",
        "words_query(text, text)",
        "words_of(text, text)",
        "stemmer(text)",
        "proposal_words(text, text)",
        "guild_words(text, text, text)",
        "member_words(text, text, text)",
        "name_query(text)",
        "parted(text)",
        "plain_query(text)",
        "plain_words(text)",
        "without_marks(text)",
    ):
        op.execute(sa.text(f"DROP FUNCTION {function}"))


def _stemmer() -> str:
    """Return what makes the function from a language to its stemmer, null where the server has none."""
    known = set(op.get_bind().scalars(sa.text("SELECT cfgname FROM pg_ts_config")))
    cases = " ".join(
        f"WHEN '{code}' THEN 'pg_catalog.{name}'::regconfig"
        for code, name in STEMMERS.items()
        if name in known
    )
    return (
        "CREATE FUNCTION stemmer(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        f"RETURN CASE language {cases} END"
    )
