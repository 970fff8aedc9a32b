"""Check that nobody edited, removed, inserted or reordered what the audit chains tell."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from carmsvc.platform.audit_anchors import Heads, anchored_heads
from carmsvc.platform.audit_chain import Head, kept_heads, walked
from carmsvc.platform.commands import DoorCommand, readable_file
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope


def heads_in(text: str) -> Heads:
    """An argument: the answer of an earlier `verify_audit --json`, as the heads it holds."""
    found: Heads = {}
    try:
        for importer_id, head in kept_heads(json.loads(readable_file(text).read_text())):
            found.setdefault(importer_id, []).append(head)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{Path(text).name}: {error}") from None
    return found


class Command(DoorCommand):
    """`verify_audit [--importer BN9] [--against FILE]`; exit code 1 when a chain is broken."""

    help = "Check that nobody edited, removed, inserted or reordered what the audit chains tell."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--importer", metavar="BN9", help="this importer's chain only")
        parser.add_argument(
            "--against",
            metavar="FILE",
            type=heads_in,
            action="append",
            default=[],
            help="an earlier answer with --json: its heads must still be in the chains",
        )

    def is_done(self, document: Mapping[str, Any]) -> bool:
        return not document["broken"]

    def answer(self, **options: Any) -> dict[str, Any]:
        known = _together([anchored_heads(), *options["against"]])
        chosen = list(_chains(options["importer"]))
        chains = [_chain(*one, known.pop(one[0], [])) for one in chosen]
        if options["importer"] is None:
            # an importer that is not there any more
            chains += [_chain(importer_id, None, heads) for importer_id, heads in known.items()]
        broken = sum(1 for chain in chains if chain["problems"])
        return {"checked": len(chains), "broken": broken, "chains": chains}


def _together(several: list[Heads]) -> Heads:
    heads: Heads = {}
    for one in several:
        for importer_id, kept in one.items():
            heads.setdefault(importer_id, []).extend(kept)
    return heads


def _chains(bn9: str | None) -> Iterator[tuple[int | None, str | None]]:
    """(importer, BN9) of each chain to check, the brokerage's first; raises `Refused`."""
    # the platform imports no room, so it asks for the importers' numbers in SQL
    with importer_scope(every_importer_id()), connection.cursor() as cursor:
        cursor.execute("SELECT id, bn9 FROM clients_importer ORDER BY id")
        found = [(number, text) for number, text in cursor if bn9 in (None, text)]
    if bn9 is not None and not found:
        raise Refused(_("There is no importer with business number %(bn9)s.") % {"bn9": bn9})
    if bn9 is None:
        yield None, None
    yield from found


def _chain(importer_id: int | None, bn9: str | None, known: list[Head]) -> dict[str, Any]:
    walk = walked(importer_id, known)
    return {
        "importer": importer_id,
        "bn9": bn9,
        "events": walk.events,
        "head": {"sequence": walk.head.sequence, "hash": walk.head.own_hash},
        "problem_count": walk.problem_count,
        "problems": [problem.to_json() for problem in walk.problems],
    }
