"""The floors: the least that a Flask application does to show the newest posts, and to record a vote.

No sign-in, no audience, no rule. Under the pages: one kept psycopg connection, 30 newest rows of ten
columns, JSON. Under the ballots: a vote inserted and a counter moved in one transaction.
"""

import psycopg
from flask import Flask, Response, jsonify, request
from psycopg.rows import dict_row
from sqlalchemy import Engine, text

_NEWEST = """
SELECT post.id, post.author_id, member.handle, member.display_name, post.guild_id, post.body, post.asset_id,
       post.seats_max, post.created_at, post.deleted_at
FROM post JOIN member ON member.id = post.author_id
ORDER BY post.id DESC LIMIT 30
"""

VOTE_TABLES = """
CREATE TABLE floor_vote (
  subject bigint, voter bigint, choice text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, voter)
);
CREATE TABLE floor_count (subject bigint PRIMARY KEY, votes integer NOT NULL);
INSERT INTO floor_count VALUES (1, 0)
"""
"""What the floor of a vote writes to."""

_INSERT = "INSERT INTO floor_vote (subject, voter, choice) VALUES (1, {voter}, {choice})"
_COUNT = "UPDATE floor_count SET votes = votes + 1 WHERE subject = 1"
_VOTE = text(_INSERT.format(voter=":voter", choice=":choice"))
_VOTES = text(_COUNT)
_PLAIN_VOTE = _INSERT.format(voter="%(voter)s", choice="%(choice)s")


def floor_app(connection: psycopg.Connection) -> Flask:
    """Return an application with one route, ``/``, over a connection in autocommit."""
    app = Flask("floor")

    @app.get("/")
    def newest() -> Response:
        with connection.cursor(row_factory=dict_row) as cursor:
            return jsonify(cursor.execute(_NEWEST).fetchall())

    return app


def write_floor_app(engine: Engine) -> Flask:
    """Return an application with one route, ``PUT /<voter>``, over an engine like the application's own."""
    app = Flask("write_floor")

    @app.put("/<int:voter>")
    def vote(voter: int) -> Response:
        given = request.get_json()
        with engine.begin() as connection:
            connection.execute(_VOTE, {"voter": voter, "choice": given["choice"]})
            connection.execute(_VOTES)
        return jsonify(voter=voter, choice=given["choice"])

    return app


def plain_write_floor_app(connection: psycopg.Connection) -> Flask:
    """Return the same over one kept psycopg connection: nothing is left between Flask and the database."""
    app = Flask("plain_write_floor")

    @app.put("/<int:voter>")
    def vote(voter: int) -> Response:
        given = request.get_json()
        with connection.transaction():
            connection.execute(_PLAIN_VOTE, {"voter": voter, "choice": given["choice"]})
            connection.execute(_COUNT)
        return jsonify(voter=voter, choice=given["choice"])

    return app
