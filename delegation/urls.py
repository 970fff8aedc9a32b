"""Addresses of the delegation room."""

from django.urls import path

from delegation.views import agreements, delegations, register

OF_IMPORTER = "importers/<int:importer_id>/"
DELEGATION = "delegations/<int:delegation_id>/"
AGREEMENT = "agency-agreements/<int:agreement_id>/"
urlpatterns = [
    path("delegations/", register.delegation_register, name="delegation-register"),
    path(
        "delegations/export/",
        register.delegation_register_export,
        name="delegation-register-export",
    ),
    path(
        f"{OF_IMPORTER}delegations/",
        delegations.importer_delegations,
        name="importer-delegations",
    ),
    path(f"{OF_IMPORTER}delegations/new/", delegations.delegation_new, name="delegation-new"),
    path(DELEGATION, delegations.delegation_page, name="delegation"),
    path(f"{DELEGATION}terms/", delegations.delegation_terms, name="delegation-terms"),
    path(
        f"{DELEGATION}transitions/<slug:step>/", delegations.delegation_step, name="delegation-step"
    ),
    path(f"{DELEGATION}evidence/", delegations.delegation_evidence, name="delegation-evidence"),
    path(
        f"{DELEGATION}evidence/file/",
        delegations.delegation_evidence_file,
        name="delegation-evidence-file",
    ),
    path(f"{DELEGATION}roles/", delegations.delegation_roles, name="delegation-roles"),
    path(
        f"{DELEGATION}roles/<int:role_id>/removal/",
        delegations.delegation_role_removal,
        name="delegation-role-removal",
    ),
    path(f"{OF_IMPORTER}agency-agreements/new/", agreements.agreement_new, name="agreement-new"),
    path(AGREEMENT, agreements.agreement_page, name="agreement"),
    path(f"{AGREEMENT}signing/", agreements.agreement_signing, name="agreement-signing"),
    path(f"{AGREEMENT}ending/", agreements.agreement_ending, name="agreement-ending"),
    path(f"{AGREEMENT}paper/", agreements.agreement_paper, name="agreement-paper"),
    path(
        f"{AGREEMENT}signed-copy/",
        agreements.agreement_signed_copy,
        name="agreement-signed-copy",
    ),
]
