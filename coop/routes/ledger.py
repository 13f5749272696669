"""The ledger over HTTP: anyone may take it away and verify it offline (law 10)."""

from collections.abc import Iterator

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col

from coop import ledger
from coop.api import Api
from coop.call import Call, Platform
from coop.tables import LedgerHead

api = Api("ledger")


class LedgerQuery(BaseModel):
    """Where an export begins."""

    after: int = Field(default=0, ge=0, lt=2**63)
    """Sequence number of the last event you have."""


class LedgerHeadView(BaseModel):
    """The newest link of the chain: note it, and any later rewriting shows."""

    seq: int
    hash: str


@api.get("/ledger/head", public=True)
def read_ledger_head(call: Call) -> LedgerHeadView:
    """Read the number and hash of the newest event."""
    seq, digest = call.session.execute(select(col(LedgerHead.seq), col(LedgerHead.hash))).one()
    return LedgerHeadView(seq=seq, hash=digest)


@api.get("/ledger", produces="application/jsonl")
def export_ledger(call: Call, query: LedgerQuery) -> Response:
    """Export the ledger as JSON Lines, to verify with ``app.py ledger verify``."""
    response = Response(_lines(call.platform, query.after), content_type="application/jsonl; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(platform: Platform, after: int) -> Iterator[str]:
    with platform.database.begin() as session:
        for line in ledger.export(session, after):
            yield line + "\n"
