"""Compliance documents: versions, holds, requests, packages."""

from clients.rules.permissions import Permission
from tests.walls.cases import STAFF, Case, Cases, Need, asks, holders_of, reads, writes

VIEW, MANAGE, DESTROY = Permission.VIEW, Permission.MANAGE_DOCUMENTS, Permission.DESTROY_DOCUMENTS
OURS = Need(frozenset({MANAGE}), is_for_staff=True)
PAGE = Need(frozenset({VIEW}), may_be_missing=True)  # a page of a file that is none

CASES: Cases = {
    "document-list": Case(get=STAFF),
    "importer-documents": reads(VIEW),
    "document-new": asks(MANAGE),
    "document": reads(VIEW),
    "document-description": asks(MANAGE),
    "document-versions": writes(MANAGE),
    "document-holds": Case(post=OURS),
    "hold-release": Case(post=OURS),
    "document-destructions": writes(DESTROY),
    "destruction-approval": writes(DESTROY),
    "destruction-refusal": writes(DESTROY),
    "version-file": reads(VIEW),
    "version-preview": Case(get=PAGE, at={"page": 1}),
    "document-request-new": Case(get=OURS, post=OURS),
    "document-request": reads(VIEW),
    "document-request-answer": writes(MANAGE),
    "document-request-acceptance": Case(post=OURS),
    "document-request-return": Case(post=OURS),
    "document-request-withdrawal": Case(post=OURS),
    "importer-packages": Case(get=holders_of(VIEW), post=holders_of(MANAGE)),
    "document-package": reads(VIEW),
    "document-package-file": reads(VIEW),
}
