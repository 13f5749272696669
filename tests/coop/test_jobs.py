"""What the worker does for the coop itself: it forgets what has run out.

That it signs the record and tells webhooks is in the tests of checkpoints and of delivery.
"""

from datetime import timedelta

from sqlmodel import Session

from app import jobs, platform_of
from coop import oauth
from coop.database import Database
from coop.settings import Settings
from coop.tables import IdempotencyRecord, OAuthCode, SignInFailure
from media.storage import ObjectStore
from tests.factories import LONG_AGO, id_of, make_member


def test_the_worker_forgets_what_has_run_out_of_each_kind(
    settings: Settings, database: Database, session: Session, store: ObjectStore
) -> None:
    ada = id_of(make_member(session, "ada"))
    app = oauth.register_client(session, "Reader", ["https://app.example/done"], "read", LONG_AGO)
    session.add(SignInFailure(subject="ada", at=LONG_AGO))
    session.add(IdempotencyRecord(actor="member:1", key="k", request_sha256="0" * 64, created_at=LONG_AGO))
    session.add(
        OAuthCode(
            code_sha256="0" * 64,
            client_id=app.client_id,
            member_id=ada,
            redirect_uri="https://app.example/done",
            scope="read",
            code_challenge="x",
            expires_at=LONG_AGO + timedelta(minutes=1),
            family="f",
        )
    )
    session.flush()
    (job,) = (job for job in jobs(platform_of(settings, database), store) if job.name == "sweep credentials")
    assert job.run() == 3
    assert job.run() == 0
