"""Every route either needs a member or stands on this list (after GOV.UK Notify)."""

from flask import Flask
from flask.testing import FlaskClient

from app import APIS

PUBLIC_OPERATIONS = {
    "export_checkpoints",
    "export_policy",
    "join",
    "list_decisions",
    "list_grounds",
    "list_guild_posts",
    "list_member_posts",
    "list_policies",
    "list_policy_versions",
    "list_replies",
    "list_signing_keys",
    "list_outgrown_clauses",
    "list_tag_posts",
    "list_tags",
    "list_trusted_labellers",
    "prove_consistency",
    "prove_inclusion",
    "read_checkpoint",
    "read_latest_checkpoint",
    "read_ledger_head",
    "read_media",
    "read_policy",
    "read_post",
    "read_reply",
    "read_thread",
    "read_moderation_figures",
    "read_moderation_log",
    "read_rule_quality",
    "search_posts",
    "search_tags",
}

PUBLIC_ROUTES = {
    "/decisions.atom",
    "/healthz",
    "/metrics",
    "/readyz",
    "/.well-known/oauth-authorization-server",
    "/oauth/authorize",
    "/oauth/revoke",
    "/oauth/token",
    "/static/<path:filename>",
}


def test_only_the_listed_operations_answer_those_who_are_not_signed_in() -> None:
    public = {operation.handler.__name__ for api in APIS for operation in api.operations if operation.public}
    assert public == PUBLIC_OPERATIONS


def test_every_other_operation_answers_401_without_a_token(client: FlaskClient) -> None:
    for api in APIS:
        for operation in api.operations:
            if operation.public:
                continue
            path = "/api/v1" + operation.path
            for name, kind in operation.parameters.items():
                path = path.replace(f"<id:{name}>", "7").replace(f"<{name}>", "x" if kind is str else "7")
            answer = client.open(path, method=operation.method)
            assert answer.status_code == 401, (operation.method, path)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_route_is_an_operation_a_page_or_listed(app: Flask) -> None:
    unknown = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] not in {"api", "pages", "docs"}
    }
    assert unknown == PUBLIC_ROUTES


def test_handlers_have_names_of_their_own() -> None:
    names = [operation.handler.__name__ for api in APIS for operation in api.operations]
    assert len(names) == len(set(names))
