"""A PostgreSQL server for tests, thrown away afterwards.

``python -m tests.postgres COMMAND…`` runs a command with ``DATABASE_URL`` naming such a server;
``make test-postgres`` runs the tests of the database on it.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from elmweb import paths
from tests.stack import free_port

OLDEST = 15
# Nobody needs what is in a test's database after a power cut.
NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
SERVER_USER = "postgres"  # Debian's; the server refuses to run as root


class NoPostgres(RuntimeError):
    """There is no PostgreSQL of a supported version on this machine."""


def find_binaries() -> Path:
    """Return the folder of the newest PostgreSQL's programs.

    Raises:
        NoPostgres: none of version ``OLDEST`` or newer; says how to install one.
    """
    found = [Path(path) for path in (shutil.which("initdb"),) if path]
    found += Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = {_version(path): path.resolve().parent for path in found}
    if not versions or max(versions) < OLDEST:
        raise NoPostgres(
            f"no PostgreSQL {OLDEST} or newer here (Debian, Ubuntu: sudo apt install postgresql)"
        )
    return versions[max(versions)]


def _version(initdb: Path) -> int:
    """Return the major version: "initdb (PostgreSQL) 15.18 (Debian …)" is 15."""
    told = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.split()[2].split(".")[0])


class Cluster:
    """A server on a free port of 127.0.0.1, for as long as the ``with`` block lasts.

    Who keeps the server alive some other way makes its files with ``create`` and runs ``command``.

    Args:
        folder: to make, for its files; a temporary one when None.
        durable: whether it writes as servers do that must survive a power cut.

    Raises:
        NoPostgres: there is no PostgreSQL here, or it does not start.
    """

    def __init__(self, folder: Path | None = None, *, durable: bool = False) -> None:
        self.binaries = find_binaries()
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.folder = folder
        self.durable = durable
        self.user = SERVER_USER if os.getuid() == 0 else None
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as ending:
            outer = Path(ending.enter_context(TemporaryDirectory(prefix="elmweb-postgres-")))
            outer.chmod(0o711)  # the server's user passes through
            self.folder = self.folder or outer / "cluster"
            self.create()
            self._serve(outer / "log", ending)
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.close()

    def create(self) -> None:
        """Make the files, for the user that will serve them."""
        assert self.folder is not None
        self.folder.mkdir(mode=0o700)
        password = self.folder / "password"
        password.write_text(self.password)
        if self.user:
            for path in (self.folder, password):
                shutil.chown(path, self.user, self.user)
        options = ("--auth=scram-sha-256", f"--pwfile={password}", "-U", "elmweb")
        options += ("-E", "UTF8", "--locale=C.UTF-8", *(() if self.durable else ("--no-sync",)))
        subprocess.run(
            [self.binaries / "initdb", "-D", self.folder / "data", *options],
            user=self.user,
            cwd="/",
            capture_output=True,
            check=True,
        )

    @property
    def command(self) -> tuple[str, ...]:
        """What serves the files, in the foreground, as the user ``self.user``."""
        assert self.folder is not None
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        options += ["max_wal_size=128MB"] if self.durable else NOT_DURABLE
        words = [word for option in options for word in ("-c", option)]
        return (str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *words)

    def answers(self) -> bool:
        """Whether it serves queries at this moment."""
        import psycopg

        try:
            with psycopg.connect(self.url(), connect_timeout=2) as database:
                return database.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def url(self, name: str = "postgres") -> str:
        """Return the address of one of its databases, password included."""
        return f"postgres://elmweb:{self.password}@127.0.0.1:{self.port}/{name}"

    def make_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        self.run("createdb", name)
        return self.url(name)

    def run(self, program: str, *args: str) -> str:
        """Run one of PostgreSQL's client programs and return what it printed."""
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "elmweb"}
        done = subprocess.run(
            [self.binaries / program, *args],
            env={**os.environ, **where, "PGPASSWORD": self.password},
            text=True,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def _serve(self, log: Path, ending: ExitStack) -> None:
        with log.open("wb") as output:
            server = subprocess.Popen(
                self.command,
                user=self.user,
                cwd="/",
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the tests only
            )
        ending.callback(server.wait)
        ending.callback(server.send_signal, signal.SIGINT)  # "fast": ends the sessions first
        deadline = time.monotonic() + 60
        while not self.answers():
            if server.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres(f"it did not start: {log.read_text()}")
            time.sleep(0.1)


def main(command: list[str]) -> int:
    """Run ``command`` from the project's folder with a server of its own; return its exit code."""
    try:
        with Cluster() as cluster:
            environment = {**os.environ, "DATABASE_URL": cluster.url()}
            return subprocess.run(command, env=environment, cwd=paths.BASE_DIR).returncode
    except NoPostgres as reason:
        print(f"PostgreSQL: {reason}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
