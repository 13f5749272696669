"""PostgreSQL and an S3 store of our own, where the environment names none.

Everything lies under one folder: data, logs, and the secrets generated at the first start.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coop.embedded_child import Child, StartFailed
from coop.embedded_folder import held, secret, write_private
from coop.embedded_postgres import Postgres, launch_postgres, start_postgres
from coop.embedded_s3 import BUCKET, REGION, ObjectServer, launch_s3, start_s3
from coop.signing import VARIABLE, new_key

__all__ = ["Embedded", "ObjectServer", "Postgres", "StartFailed", "embedded", "start_postgres", "start_s3"]

Report = Callable[[str, float], None]
"""Told the name of each part that is ready, and the seconds since the start."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The parts that were started; None stands for one that the environment names itself."""

    var: Path
    postgres: Postgres | None
    s3: ObjectServer | None
    secret_key: str | None = field(repr=False)
    signing_key_file: Path | None

    @property
    def children(self) -> list[Child]:
        """The processes to watch."""
        return [part.child for part in (self.postgres, self.s3) if part is not None]

    def environment(self) -> dict[str, str]:
        """Return what to add to the environment of a child that uses the parts.

        ``ALLOTMENT_EMBEDDED`` and generated keys are only in it where both parts are ours: whoever brings a
        real database or store brings secrets of their own too.
        """
        found = {"ALLOTMENT_VAR": str(self.var)}
        if self.postgres is not None:
            found["DATABASE_URL"] = self.postgres.url
        if self.s3 is not None:
            found |= {
                "S3_ENDPOINT": self.s3.endpoint,
                "S3_ACCESS_KEY": self.s3.access_key,
                "S3_SECRET_KEY": self.s3.secret_key,
                "S3_BUCKET": BUCKET,
                "S3_REGION": REGION,
                "S3_SECURE": "false",
            }
        if self.secret_key is not None:
            found |= {"ALLOTMENT_SECRET_KEY": self.secret_key, "ALLOTMENT_EMBEDDED": "1"}
        if self.signing_key_file is not None:
            found[VARIABLE] = str(self.signing_key_file)
        return found


@contextmanager
def embedded(var: Path, durable: bool = True, report: Report | None = None) -> Iterator[Embedded]:
    """Run the parts that ``DATABASE_URL`` and ``S3_ENDPOINT`` do not name, ready when handed over.

    ``durable=False`` is for tests: PostgreSQL is faster and may lose data in a power cut.
    Raise StartFailed where a part does not start, or another process holds the folder.
    """
    var = var.resolve()
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(held(var))
        # Both are launched before either is waited for. On leaving, the store is stopped first.
        postgres = (
            None if os.environ.get("DATABASE_URL") else stack.enter_context(launch_postgres(var, durable))
        )
        s3 = None if os.environ.get("S3_ENDPOINT") else stack.enter_context(launch_s3(var))
        for name, part in (("PostgreSQL", postgres), ("S3 store", s3)):
            if part is not None:
                part.wait_until_ready()
                if report is not None:
                    report(name, time.monotonic() - began)
        own = postgres is not None and s3 is not None
        given = os.environ.get("ALLOTMENT_SECRET_KEY")
        key = given or secret(var, "secret-key", 64)
        yield Embedded(var, postgres, s3, key if own else None, _signing_key_file(var) if own else None)


def _signing_key_file(var: Path) -> Path:
    """Return the file of the key that signs the ledger: the environment's, or one made at the first start."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    path = var / "secrets" / "signing-key.pem"
    if not path.exists():
        write_private(path, new_key())
    return path
