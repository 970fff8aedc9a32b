"""Writes of the clients room."""

from carmsvc.platform.refusals import Refused
from clients.actions.importers import create_importer, normalised_number, warnings_about
from clients.actions.keys import issue_api_key
from clients.actions.people import create_person

__all__ = [
    "Refused",
    "create_importer",
    "create_person",
    "issue_api_key",
    "normalised_number",
    "warnings_about",
]
