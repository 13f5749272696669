"""The floor of the benchmark ``http``, as a worker of the server loads it: nothing but the bare route."""

import os

import psycopg
from flask import Flask

from bench.floor import floor_app
from coop import garbage


def served() -> Flask:
    """Return the bare route over one kept connection; one for each of the worker's threads is no faster."""
    app = floor_app(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True))
    garbage.settle()  # as ``app.settled`` does for the application
    return app
