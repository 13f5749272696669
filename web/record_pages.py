"""The record as pages: what the coop has signed of its ledger, how to verify it, and the proof of one event.

Law 10: sizes, roots and proofs are anyone's to read; what events say is for members.
"""

import rfc8785
from flask import Blueprint, Response

from coop import checkpoints
from coop.call import Call
from coop.errors import NotYet
from coop.routes.checkpoints import EventProofView, list_signing_keys, prove_event
from coop.routes.ledger import LedgerQuery, export_ledger, read_ledger_head
from web.visits import page, render


def add_to(pages: Blueprint) -> None:
    """Add the page of the record, of each event, and what is taken away to verify it."""
    pages.add_url_rule("/record", "record", page(record))
    pages.add_url_rule("/record/ledger.jsonl", "record_ledger", page(ledger))
    pages.add_url_rule("/record/<id:seq>", "record_event", page(event))
    pages.add_url_rule("/record/<id:seq>/receipt.json", "record_receipt", page(receipt))


def record(call: Call) -> Response:
    """Show the newest checkpoint, the keys, and how anyone verifies the record."""
    return render(
        call,
        "record.html",
        head=read_ledger_head(call),
        newest=checkpoints.latest(call.session),
        keys=list_signing_keys(call).items,
    )


def ledger(call: Call) -> Response:
    """Give every event to a member, a line each, to be verified elsewhere."""
    told = f"attachment; filename=ledger-of-{call.member.handle}.jsonl"
    response = export_ledger(call, LedgerQuery())
    response.headers["Content-Disposition"] = told
    return response


def event(call: Call, seq: int) -> Response:
    """Show one event, and the hashes that lead from it to the newest checkpoint."""
    member = call.member
    proof, waits = _proof(call, seq)
    own = proof is not None and proof.event.payload.get("voter") == member.handle
    return render(call, "record_event.html", seq=seq, proof=proof, waits=waits, own=own)


def receipt(call: Call, seq: int) -> Response:
    """Give the proof of an event, as a receipt to keep and to verify."""
    name = f"receipt-{seq}-of-{call.member.handle}.json"
    told = prove_event(call, seq).model_dump(mode="json")
    response = Response(rfc8785.dumps(told), content_type="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _proof(call: Call, seq: int) -> tuple[EventProofView | None, str]:
    """Return the proof of an event, or why there is none yet; raise NotFound where there is no such event."""
    try:
        return prove_event(call, seq), ""
    except NotYet as error:
        return None, error.detail
