"""A PostgreSQL server for tests, thrown away afterwards.

``python -m tests.postgres COMMAND…`` runs a command with ``DATABASE_URL`` naming such a server;
``make test-postgres`` runs the tests of the database on it.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from elmweb import paths
from tests.stack import free_port

OLDEST = 15
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
    """A server on a free port of 127.0.0.1, for as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self.binaries = find_binaries()
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.folder = Path()
        self.user = SERVER_USER if os.getuid() == 0 else None
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="elmweb-postgres-"))
        try:
            self._create()
            self._serve()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self.server is not None:
            self.server.send_signal(2)  # SIGINT, "fast": ends the sessions first
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

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

    def _create(self) -> None:
        password = self.folder / "password"
        password.write_text(self.password)
        if self.user:
            account = pwd.getpwnam(self.user)
            for path in (self.folder, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        options = ("--auth=scram-sha-256", f"--pwfile={password}", "-U", "elmweb", "--no-sync")
        options += ("-E", "UTF8", "--locale=C.UTF-8")
        subprocess.run(
            [self.binaries / "initdb", "-D", self.folder / "data", *options],
            user=self.user,
            cwd=self.folder,
            capture_output=True,
            check=True,
        )

    def _serve(self) -> None:
        # Nobody needs what is in it after a power cut.
        options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        where = (f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=")
        words = [word for option in (*where, *options) for word in ("-c", option)]
        log = self.folder / "log"
        with log.open("wb") as output:
            self.server = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *words],
                user=self.user,
                cwd=self.folder,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the tests only
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.run("psql", "-c", "SELECT 1", "postgres")
                return
            except subprocess.CalledProcessError as error:
                if self.server.poll() is not None or time.monotonic() > deadline:
                    raise NoPostgres(
                        f"it did not start: {error.stderr}\n{log.read_text()}"
                    ) from None
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
