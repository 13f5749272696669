"""What the benchmark ``http`` measures, as a worker of the server loads it: the application, clock turned."""

import os
from datetime import timedelta

from flask import Flask

from app import create_app, settled
from bench.http_served import CLOCK
from coop.clock import Clock


def served() -> Flask:
    """Return what ``app.served`` returns, with the clock turned as the environment says."""
    return settled(create_app(clock=Clock(timedelta(seconds=float(os.environ[CLOCK])))))
