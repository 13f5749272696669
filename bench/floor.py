"""The floor under every page: the least that a Flask application does to show the newest posts.

No sign-in, no audience, no rule: one kept psycopg connection, 30 newest rows of ten columns, JSON.
"""

import psycopg
from flask import Flask, Response, jsonify
from psycopg.rows import dict_row

_NEWEST = """
SELECT post.id, post.author_id, member.handle, member.display_name, post.guild_id, post.body, post.asset_id,
       post.seats_max, post.created_at, post.deleted_at
FROM post JOIN member ON member.id = post.author_id
ORDER BY post.id DESC LIMIT 30
"""


def floor_app(connection: psycopg.Connection) -> Flask:
    """Return an application with one route, ``/``, over a connection in autocommit."""
    app = Flask("floor")

    @app.get("/")
    def newest() -> Response:
        with connection.cursor(row_factory=dict_row) as cursor:
            return jsonify(cursor.execute(_NEWEST).fetchall())

    return app
