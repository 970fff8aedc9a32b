"""What the clients room is asked: access, people, importers."""

from clients.queries.access import (
    importer_ids_for,
    importer_ids_for_request,
    may,
    may_here,
    permissions_by_importer,
    permissions_here,
    permissions_of,
)
from clients.queries.importers import (
    account_numbered,
    importer_by_bn9,
    importer_numbered,
    importers_seen,
)
from clients.queries.people import importers_where, lead_for, person_called

__all__ = [
    "account_numbered",
    "importer_by_bn9",
    "importer_ids_for",
    "importer_ids_for_request",
    "importer_numbered",
    "importers_seen",
    "importers_where",
    "lead_for",
    "may",
    "may_here",
    "permissions_by_importer",
    "permissions_here",
    "permissions_of",
    "person_called",
]
