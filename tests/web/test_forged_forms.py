"""A form that another site makes a browser send does nothing."""

import re

import pytest

from governance.facts import State
from tests.web.browser import Browser
from tests.web.conftest import Village

FORMS = (
    "/join",
    "/sign-in",
    "/sign-out",
    "/members/me",
    "/members/me/place",
    "/members/me/watching",
    "/proposals/new",
    *(f"/proposals/new/{what}" for what in ("contest", "election", "entry", "number", "question", "removal")),
    "/proposals/7/ballot",
    "/proposals/7/sponsor",
    "/proposals/new/joint",
    "/proposals/7/submit",
    "/proposals/7/withdraw",
    "/notices/read",
    "/notices/rhythm",
    "/notices/rhythm/forget",
    "/members/<handle>/relation",
    "/guilds/new",
    "/guilds/<slug>/join",
    "/guilds/<slug>/leave",
    "/guilds/<slug>/stewards",
    "/guilds/<slug>/step-down",
    "/members/me/invitations",
    "/members/me/leave",
    "/members/me/webhooks",
    "/members/me/webhooks/7/remove",
    "/members/me/webhooks/7/secret",
    "/councils/<scope>/resign",
    *(
        f"/proposals/7/{what}"
        for what in (
            "amendments",
            "arguments",
            "candidacy",
            "candidacy/end",
            "checks",
            "facilitator",
            "facilitator/accept",
            "facilitator/leave",
            "jury/leave",
            "objections",
            "outcomes",
            "petition",
            "rebase",
            "rehearse",
            "renewal",
            "repeal",
            "rounds",
            "rounds/join",
            "rounds/pass",
            "secret-ballot",
            "sign",
            "statements",
            "summaries",
            "verdict",
        )
    ),
    *(f"/arguments/7/{what}" for what in ("mark", "replies", "unmark", "withdraw")),
    *(
        f"/amendments/7/{what}"
        for what in ("accept", "desert", "opinion", "promote", "reject", "retract", "support", "withdraw")
    ),
    *(f"/statements/7/{what}" for what in ("answer", "withdraw")),
    "/checks/7/answer",
    "/circles",
    *(f"/circles/7/{what}" for what in ("add", "dissolve", "remove")),
    "/posts/new",
    *(f"/posts/scheduled/7/{what}" for what in ("change", "withdraw")),
    "/playlists",
    *(f"/playlists/7/{what}" for what in ("change", "end", "items/7/move", "items/7/remove")),
    *(f"/posts/7/{what}" for what in ("playlists", "playlists/leave")),
    "/drafts",
    *(
        f"/drafts/7/{what}"
        for what in (
            "answer",
            "drop",
            "invite",
            "leave",
            "note",
            "offer",
            "open",
            "restore",
            "save",
            "settle",
            "withdraw",
        )
    ),
    "/watched",
    *(f"/feed/<profile>/{what}" for what in ("address", "remove", "save", "share")),
    *(f"/feed/{what}" for what in ("default", "import", "outside")),
    "/feeds/of/<handle>/<name>/fork",
    "/members/me/less/undo",
    *(
        f"/members/me/garden/{what}"
        for what in ("choices/undo", "filters", "filters/7", "filters/remove", "mute", "unmute")
    ),
    "/labellers",
    *(f"/labellers/<slug>/{what}" for what in ("dispute", "editions", "end", "subscribe")),
    "/places/7/neighbourhoods",
    "/members/me/limit",
    "/members/me/offers",
    "/posts/7/thanks",
    "/members/me/limit/end",
    "/moderation/cases",
    *(f"/moderation/cases/7/{what}" for what in ("ballot", "leave", "remarks")),
    "/moderation/decisions/7/appeal",
    "/posts/7/report",
    "/replies/7/report",
    "/members/<handle>/report",
    "/members/me/asks/7/grant",
    "/members/me/asks/7/refuse",
    "/members/me/asks/follows/7/let-in",
    "/members/me/asks/follows/7/turn-away",
    *(
        f"/posts/7/{what}"
        for what in (
            "choose",
            "delete",
            "detach",
            "download",
            "helped",
            "leave",
            "less",
            "poll",
            "poll/leave",
            "like",
            "repost",
            "tighten",
            "unanswered",
            "undownload",
            "unhelpful",
            "unlike",
            "unname",
            "unrepost",
            "wait",
        )
    ),
    "/posts/7/replies",
    "/guilds/<slug>/rooms",
    *(
        f"/rooms/7/{what}"
        for what in (
            "cancel",
            "end",
            "enter",
            "exit",
            "extend",
            "floor",
            "give",
            "hand",
            "here",
            "lower",
            "lower-for",
            "open",
            "put-out",
            "remind",
            "replies",
            "stay",
            "take-away",
            "unremind",
            "yield",
        )
    ),
    "/rooms/7/speaking",
    "/rooms/7/listening/<handle>",
    *(f"/replies/7/{what}" for what in ("delete", "grant", "refuse")),
)


@pytest.mark.parametrize("path", FORMS)
def test_no_form_is_carried_out_without_its_token(ada: Browser, path: str) -> None:
    answer = ada.http.post(path, data={"handle": "ada"})
    assert answer.status_code == 400
    assert "earlier visit" in answer.text


def test_a_forged_ballot_is_not_cast(village: Village, ada: Browser) -> None:
    made = village.in_voting()
    said = {"choice": "for", "patch_sha256": village.case(made).patch_sha256, "csrf_token": "forged"}
    assert ada.http.post(f"/proposals/{made}/ballot", data=said).status_code == 400
    assert "Your ballot" not in ada.get(f"/proposals/{made}").text


def test_the_token_of_one_browser_is_worth_nothing_in_another(
    village: Village, ada: Browser, visitor: Browser
) -> None:
    made = village.draft()
    token = visitor.get("/join").form("/join").values["csrf_token"]
    ada.get("/")
    assert ada.http.post(f"/proposals/{made}/submit", data={"csrf_token": token}).status_code == 400
    assert village.case(made).stage.state is State.DRAFT


def test_every_form_of_the_pages_is_tried_here(village: Village, ada: Browser) -> None:
    rules = ada.http.application.url_map.iter_rules()
    found = {
        re.sub(r"<id:\w+>", "7", rule.rule)
        for rule in rules
        if rule.endpoint.startswith("pages.") and "POST" in (rule.methods or ())
    }
    assert found == set(FORMS)
