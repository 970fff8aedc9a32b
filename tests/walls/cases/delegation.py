"""Delegations and agency agreements."""

from clients.rules.permissions import Permission
from tests.walls.cases import STAFF, Case, Cases, asks, holders_of, reads, writes

VIEW = Permission.VIEW
MANAGE, ANSWER = Permission.MANAGE_DELEGATION, Permission.ANSWER_DELEGATION

CASES: Cases = {
    "delegation-register": Case(get=STAFF),
    "delegation-register-export": Case(get=STAFF),
    "importer-delegations": reads(VIEW),
    "delegation-new": asks(MANAGE),
    "delegation": reads(VIEW),
    "delegation-terms": asks(MANAGE),
    "delegation-step": asks(MANAGE, at={"step": "request"}),
    "delegation-evidence": asks(MANAGE),
    "delegation-evidence-file": reads(ANSWER),
    "delegation-roles": writes(MANAGE),
    "delegation-role-removal": writes(MANAGE),
    "agreement-new": asks(MANAGE),
    "agreement": reads(VIEW),
    "agreement-signing": writes(MANAGE),
    "agreement-ending": writes(MANAGE),
    "agreement-paper": Case(get=holders_of(ANSWER), post=holders_of(MANAGE)),
    "agreement-signed-copy": reads(ANSWER),
}
