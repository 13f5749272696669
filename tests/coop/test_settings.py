"""The environment: what is derived, what is refused, and that no secret is ever shown."""

from pathlib import Path

import pytest

from coop.settings import ROOT, Settings, SettingsRefused

SECRET = "wq3Zk7pV9sXr2LmT5nBc8YdF4hJg6QeA"  # 32 characters
GOOD = {
    "DATABASE_URL": "postgres://ann:rosebud@db.internal/allotment",
    "S3_ENDPOINT": "https://objects.internal",
    "S3_ACCESS_KEY": "AKIAQ7ZPVXK2MDR4T9WB",
    "S3_SECRET_KEY": SECRET,
    "ALLOTMENT_SECRET_KEY": SECRET[::-1],
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing about us."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def test_what_is_not_said_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    assert settings.s3_bucket == "allotment"
    assert settings.s3_region == "us-east-1"
    assert settings.tick_seconds == 1.0
    assert settings.var == ROOT / "var"
    assert settings.policies == ROOT / "policies"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.embedded is False
    assert settings.metrics_token is None
    assert (settings.sfu_publish_url, settings.sfu_play_url, settings.sfu_token) == ("", "", None)


def test_what_is_said_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        ALLOTMENT_VAR="/srv/allotment",
        ALLOTMENT_PUBLIC_URL="https://coop.example/",
        ALLOTMENT_TICK_SECONDS="0.25",
        ALLOTMENT_EMBEDDED="1",
    )
    assert settings.var == Path("/srv/allotment")
    assert settings.public_url == "https://coop.example"
    assert settings.tick_seconds == 0.25
    assert settings.embedded is True


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_a_postgresql_address_names_our_driver(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    settings = load(monkeypatch, DATABASE_URL=f"{scheme}://ann:rosebud@db/allotment")
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://ann:rosebud@db/allotment"


@pytest.mark.parametrize(
    ("endpoint", "host", "secure"),
    [
        ("https://objects.internal", "objects.internal", True),
        ("http://objects.internal:9000/", "objects.internal:9000", False),
        ("objects.internal:9000", "objects.internal:9000", True),
        ("127.0.0.1:8333", "127.0.0.1:8333", False),
        ("localhost:8333", "localhost:8333", False),
        ("https://[::1]:8333", "[::1]:8333", True),
    ],
)
def test_the_endpoint_decides_about_tls(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, host: str, secure: bool
) -> None:
    settings = load(monkeypatch, S3_ENDPOINT=endpoint)
    assert (settings.s3_endpoint, settings.s3_secure) == (host, secure)


def test_tls_can_be_said_outright(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, S3_ENDPOINT="objects.internal:80", S3_SECURE="false").s3_secure is False


def test_a_server_for_everybody_is_still_reached_by_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, ALLOTMENT_HOST="0.0.0.0", ALLOTMENT_PORT="8080")
    assert settings.public_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("https://coop.example", False),
        ("http://192.168.0.7:8000", False),
        ("https://localhost.example", False),
    ],
)
def test_a_server_that_is_reached_by_a_name_of_its_own_is_not_for_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch, url: str, local: bool
) -> None:
    assert load(monkeypatch, ALLOTMENT_PUBLIC_URL=url).local is local


@pytest.mark.parametrize("variable", sorted(GOOD))
def test_a_missing_variable_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with pytest.raises(SettingsRefused, match=f"{variable} is not set: "):
        load(monkeypatch, **{variable: ""})


@pytest.mark.parametrize("variable", ["ALLOTMENT_SECRET_KEY", "ALLOTMENT_METRICS_TOKEN", "S3_SECRET_KEY"])
@pytest.mark.parametrize(
    "value",
    ["short", SECRET[:-1], "change-me-change-me-change-me-please", "a" * 40, "minioadmin" * 4],
)
def test_a_short_or_well_known_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    with pytest.raises(SettingsRefused, match=variable) as refusal:
        load(monkeypatch, **{variable: value})
    assert value not in str(refusal.value)


@pytest.mark.parametrize("value", ["minioadmin", "admin", "test"])
def test_a_well_known_access_key_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(SettingsRefused, match="S3_ACCESS_KEY"):
        load(monkeypatch, S3_ACCESS_KEY=value)


SFU = {
    "ALLOTMENT_SFU_PUBLISH_URL": "http://10.0.0.7:8889/{stream}/whip",
    "ALLOTMENT_SFU_PLAY_URL": "http://10.0.0.7:8889/{stream}/whep",
}


def test_a_media_server_is_named_by_two_addresses_which_may_be_of_an_inner_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load(monkeypatch, **SFU, ALLOTMENT_SFU_TOKEN="allotment:rosebud")
    assert settings.sfu_publish_url == "http://10.0.0.7:8889/{stream}/whip"
    assert settings.sfu_play_url == "http://10.0.0.7:8889/{stream}/whep"
    assert settings.sfu_token is not None
    assert settings.sfu_token.get_secret_value() == "allotment:rosebud"
    assert "rosebud" not in repr(settings)


@pytest.mark.parametrize("value", ["two words", "line\nfeed", "schl\u00fcssel"])
def test_a_token_that_no_header_holds_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with pytest.raises(SettingsRefused, match="ALLOTMENT_SFU_TOKEN must be letters") as refusal:
        load(monkeypatch, **SFU, ALLOTMENT_SFU_TOKEN=value)
    assert value not in str(refusal.value)


@pytest.mark.parametrize("variable", sorted(SFU))
def test_half_a_media_server_is_refused_and_told_with_the_other_half(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with pytest.raises(SettingsRefused, match="set both, or neither") as refusal:
        load(monkeypatch, **{variable: SFU[variable]})
    assert len(str(refusal.value).splitlines()) == 2


@pytest.mark.parametrize("variable", sorted(SFU))
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("sfu.internal/{stream}", "begin with https:// or http://"),
        ("ftp://sfu.internal/{stream}", "begin with https:// or http://"),
        ("https:///{stream}", "name a host"),
        ("https://{stream}.sfu.internal/whip", "in its path, once"),
        ("https://sfu.internal/whip", "in its path, once"),
        ("https://sfu.internal/{stream}/{stream}", "in its path, once"),
        ("https://sfu.internal/whip?of={stream}", "in its path, once"),
        ("https://sfu.internal/{stream}#part", "in its path, once"),
        ("https://ann:rosebud@sfu.internal/{stream}", "go into ALLOTMENT_SFU_TOKEN"),
    ],
)
def test_an_address_at_which_no_stream_can_be_named_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    with pytest.raises(SettingsRefused, match=f"{variable} .*{told}") as refusal:
        load(monkeypatch, **SFU | {variable: value})
    assert "rosebud" not in str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://ann:rosebud@db/allotment"),
        ("S3_ENDPOINT", "https://objects.internal/a/path"),
        ("S3_ENDPOINT", "https://ann:rosebud@objects.internal"),
        ("S3_ENDPOINT", "objects.internal:notaport"),
        ("ALLOTMENT_PUBLIC_URL", "coop.example"),
        ("ALLOTMENT_PORT", "70000"),
        ("ALLOTMENT_TICK_SECONDS", "0"),
    ],
)
def test_nonsense_is_refused_by_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    with pytest.raises(SettingsRefused, match=variable) as refusal:
        load(monkeypatch, **{variable: value})
    assert "rosebud" not in str(refusal.value)


def test_every_fault_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        load(monkeypatch, DATABASE_URL="", S3_SECRET_KEY="short", ALLOTMENT_SECRET_KEY="")
    assert len(str(refusal.value).splitlines()) == 4


def test_no_secret_shows_in_a_repr_and_nothing_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    for hidden in ("rosebud", SECRET, SECRET[::-1], GOOD["S3_ACCESS_KEY"]):
        assert hidden not in repr(settings)
        assert hidden not in str(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.s3_bucket = "other"  # type: ignore[misc]
