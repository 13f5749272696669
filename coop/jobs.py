"""What the worker does for the coop itself by the clock: it signs the record, tells webhooks, and forgets.

Law 14: each is a function of facts and time, so a late or doubled run changes no outcome.
"""

from datetime import timedelta

from coop import checkpoints, idempotency, oauth, sign_in, signing, webhook_delivery
from coop.call import Platform
from coop.outbound import Outbound
from coop.worker import Job


def jobs(platform: Platform, outbound: Outbound) -> list[Job]:
    """Return them; raise SettingsRefused where there is no key to sign with.

    ``outbound`` is the way to whoever is told.
    """
    database, books, clock = platform.database, platform.books, platform.clock
    settings = platform.settings
    key, origin = signing.load(settings.signing_key_file), signing.origin_of(settings.public_url)

    def sweep() -> int:
        with database.begin() as session:
            now = clock.now(session)
            swept = idempotency.sweep(session, now) + sign_in.sweep(session, now)
            return swept + oauth.sweep(session, now)

    return [
        Job(
            "checkpoint",
            checkpoints.EVERY_S,
            lambda: checkpoints.keep_up(database, key, origin, clock),
        ),
        Job(
            "deliver webhooks",
            timedelta(seconds=5).total_seconds(),
            lambda: webhook_delivery.deliver(database, books, clock, outbound),
        ),
        Job("sweep credentials", timedelta(hours=1).total_seconds(), sweep),
    ]
