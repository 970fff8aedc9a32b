"""Databases of our own on the server we were given: made fresh, dropped at the end."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import psycopg2.errors

MOST_SECONDS = 60


def url_of(role_url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(role_url)._replace(path=f"/{database}"))


def address(database: str) -> dict[str, str]:
    """The environment of a process that works on this database."""
    return {
        name: url_of(os.environ[name], database) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }


@contextmanager
def database(name: str, template: str = "template1") -> Iterator[str]:
    """A database of the owner's that is gone afterwards."""
    _drop(name)
    _run(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        _drop(name)


def _drop(name: str) -> None:
    """The owner may not end the app role's last sessions, so they are waited for."""
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        try:
            _run(f"DROP DATABASE IF EXISTS {name}")
            return
        except psycopg2.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _run(sql: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
    finally:
        connection.close()
