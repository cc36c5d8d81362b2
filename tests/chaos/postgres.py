"""A PostgreSQL cluster of its own on a free port, with a password, thrown away afterwards."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = "postgres"  # the server refuses to run as root


def find_binaries() -> Path | None:
    """Return the folder of PostgreSQL's server programs; None when it is not installed."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")), shutil.which("initdb")]
    paths = [Path(path) for path in found if path]
    return paths[0].resolve().parent if paths else None


class Cluster:
    """Files of a database server in ``folder``; ``command`` serves them on 127.0.0.1."""

    def __init__(self, binaries: Path, folder: Path, port: int) -> None:
        self.binaries, self.folder, self.port = binaries, folder, port
        self.password = secrets.token_hex(16)
        self.user = USER if os.getuid() == 0 else None

    def create(self) -> None:
        """Make the files, for the user that will serve them."""
        self.folder.mkdir(mode=0o700)
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        with tempfile.NamedTemporaryFile("w", dir=self.folder.parent) as secret:
            secret.write(self.password)
            secret.flush()
            if self.user:
                shutil.chown(secret.name, self.user)
            subprocess.run(
                (self.binaries / "initdb", "-D", self.folder / "files", *_options(secret.name)),
                user=self.user,
                cwd="/",
                check=True,
                capture_output=True,
            )

    @property
    def command(self) -> tuple[str, ...]:
        """What serves the cluster, in the foreground."""
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_wal_size": "128MB",
        }
        words = (word for name, value in options.items() for word in ("-c", f"{name}={value}"))
        return (str(self.binaries / "postgres"), "-D", str(self.folder / "files"), *words)

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


def _options(password_file: str) -> tuple[str, ...]:
    auth = ("--auth=scram-sha-256", f"--pwfile={password_file}")
    return ("-U", "elmweb", "-E", "UTF8", "--locale=C.UTF-8", *auth)
