"""Webhooks as pages: where a member has decisions sent, each secret told once, and how sending went."""

from flask import Blueprint, Response, request

from coop import problems, webhooks
from coop.call import Call
from coop.errors import AllotmentError, NotFound
from coop.outbound import LONGEST_URL
from coop.paging import decode_int, encode
from coop.routes.webhooks import LIMIT, POLICY
from coop.webhook_delivery import GIVEN_UP, TRIES
from coop.webhooks import Endpoint
from web import acts
from web.forms import Refusal, Sent, refusal
from web.visits import attempt, page, render

PATH = "/members/me/webhooks"
SHOWN = 20
"""Deliveries on a page."""


def add_to(pages: Blueprint) -> None:
    """Add the page of all of one's webhooks, that of each, and the targets of their forms."""
    pages.add_url_rule(PATH, "webhooks", page(listing))
    pages.add_url_rule(PATH, "register_webhook", page(register), methods=["POST"])
    pages.add_url_rule(f"{PATH}/<id:webhook_id>", "webhook", page(one))
    acts.add(pages, f"{PATH}/<id:number>/secret", rotate, show, done="")
    acts.add(
        pages, f"{PATH}/<id:number>/remove", remove, show, done="Removed. Nothing is sent there any more."
    )


def listing(call: Call) -> Response:
    """Show where decisions are sent to, and the form for one more."""
    return _listed(call)


def register(call: Call) -> Response:
    """Have decisions sent to an address; the page that answers tells the secret, this once."""
    limit, loopback = call.book.cite(POLICY, LIMIT), call.platform.settings.outbound_loopback
    owner, url = call.member, request.form.get("url", "").strip()
    try:
        with attempt(call):
            made = webhooks.register(call.session, owner, url, limit, call.now, loopback=loopback)
    except AllotmentError as error:
        return _listed(call, refusal(error, ("url",), {"": "url"}), problems.status_of(error))
    return render(call, "webhook_secret.html", made=made, rotated=False)


def one(call: Call, webhook_id: int) -> Response:
    """Show what was sent to a webhook, and what came of it."""
    return show(call, webhook_id)


def rotate(call: Call, webhook_id: int) -> Response:
    """Give it a fresh secret; the page that answers tells it, this once."""
    made = webhooks.rotate_secret(call.session, call.member, webhook_id)
    return render(call, "webhook_secret.html", made=made, rotated=True)


def remove(call: Call, webhook_id: int) -> str:
    """Send nothing to an address any more."""
    webhooks.remove(call.session, call.member, webhook_id)
    return PATH


def show(call: Call, webhook_id: int, sent: Sent | None = None, status: int = 200) -> Response:
    """Show a webhook, and what was wrong with a form that stands on its page."""
    endpoint = _own(call, webhook_id)
    before = decode_int(request.args.get("before"))
    found = webhooks.deliveries(call.session, call.member, webhook_id, before=before, limit=SHOWN + 1)
    return render(
        call,
        "webhook.html",
        status,
        endpoint=endpoint,
        deliveries=found[:SHOWN],
        older=encode(found[SHOWN - 1].event_id) if len(found) > SHOWN else None,
        tries=TRIES,
        given_up=GIVEN_UP,
        refused=None if sent is None else sent.refused,
    )


def _own(call: Call, webhook_id: int) -> Endpoint:
    for endpoint in webhooks.of(call.session, call.member):
        if endpoint.id == webhook_id:
            return endpoint
    raise NotFound


def _listed(call: Call, refused: Refusal | None = None, status: int = 200) -> Response:
    return render(
        call,
        "webhooks.html",
        status,
        endpoints=webhooks.of(call.session, call.member),
        limit=call.book.cite(POLICY, LIMIT),
        longest=LONGEST_URL,
        given_up=GIVEN_UP,
        form=request.form,
        refused=refused,
    )
