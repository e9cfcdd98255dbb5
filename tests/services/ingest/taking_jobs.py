"""An ingest service without its HTTP, to be killed: `python -m tests.services.ingest.taking_jobs`.

Takes jobs of COUNTERPART_DATABASE_URL until its input ends; says on its output when it does.
"""

import sys
from pathlib import Path

from models.database import callers_sessions, connect, sessions
from models.settings import Settings
from services.ingest import files
from services.ingest.shared_jobs import Pace, SharedJobs
from services.ingest.state import Ingest

BATCH = 100
# So that a test need not wait for half a minute.
QUICK = Pace(heartbeat=0.3, lost=2, look=0.3)


def ingest_in(var: Path, database_url: str) -> Ingest:
    """The service on a database, in a hurry to notice what is lost."""
    settings = Settings(_env_file=None, var=var, database_url=database_url)
    engine = connect(settings.url)
    ingest = Ingest(settings, engine, callers_sessions(engine), sessions(engine))
    do = ingest.carry_out
    ingest.jobs = SharedJobs(ingest.every_tenant, engine, do, ingest.uploads, QUICK)
    return ingest


def main() -> None:
    files.BATCH = BATCH
    ingest = ingest_in(Path(sys.argv[1]), sys.argv[2])
    ingest.jobs.start()
    sys.stdout.write("taking\n")
    sys.stdout.flush()
    sys.stdin.read()
    ingest.jobs.stop()
    ingest.engine.dispose()


if __name__ == "__main__":
    main()
