"""A PostgreSQL server of a test's own: a new cluster in a temporary folder, on this machine alone, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlalchemy

from tests.conftest import need
from tests.pipeline.serving import free_port

USER = "bsw"


@dataclass(frozen=True)
class Cluster:
    """Where the server listens, and the password of its one user."""

    port: int
    password: str

    def address(self, database: str, password: str | None = None) -> str:
        """The address of a database of the cluster, as anybody writes it."""
        secret = quote(password or self.password, safe="")
        return f"postgresql://{USER}:{secret}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def connection(self, database: str) -> Iterator[sqlalchemy.Connection]:
        """A connection that commits each statement by itself."""
        address = self.address(database).replace("postgresql", "postgresql+psycopg2", 1)
        engine = sqlalchemy.create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection
        engine.dispose()

    def run(self, database: str, *statements: str) -> None:
        """Statements on a database, each by itself."""
        with self.connection(database) as connection:
            for statement in statements:
                connection.execute(sqlalchemy.text(statement))

    def values(self, database: str) -> str:
        """Every value of every table of a database, as text."""
        with self.connection(database) as connection:
            tables = sqlalchemy.inspect(connection).get_table_names()
            rows = [connection.execute(sqlalchemy.text(f'select * from "{table}"')).all() for table in tables]
        return "\n".join(str(tuple(row)) for of_table in rows for row in of_table)


@contextmanager
def cluster(password: str) -> Iterator[Cluster]:
    """A running server; the test skips, or fails where it is required, without PostgreSQL's programs."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    programs = Path(need("postgres", *map(str, installed), "initdb")).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="bsw-postgres-"))
    data, secret, port = folder / "data", folder / "password", free_port()
    secret.write_text(password, encoding="utf-8")
    for path in (folder, secret):
        _give_away(path)
    listen = f"-p {port} -F -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
    initialise = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        USER,
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    try:
        _run([*initialise, "--auth=scram-sha-256", f"--pwfile={secret}"])
        _run([*control, "-l", str(folder / "log"), "-o", listen, "start"])
        yield Cluster(port, password)
    finally:
        if (data / "postmaster.pid").exists():
            _run([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder)


def _owner() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres", known["nobody"])


def _give_away(path: Path) -> None:
    if owner := _owner():
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _run(command: list[str]) -> None:
    owner = _owner()
    whose = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    # A file and not a pipe: the server keeps the output open for as long as it runs.
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False, timeout=120, **whose)
        said.seek(0)
        assert ended.returncode == 0, said.read().decode()
