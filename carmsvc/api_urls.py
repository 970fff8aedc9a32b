"""Every API address under /api/v1/."""

from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from carmsvc.platform.openapi import openapi_document
from carmsvc.platform.problems import NotSeen
from carmsvc.platform.throttling import RateHeaders
from clients.api import NOT_SEEN
from clients.api.audit import AuditEventDoor
from clients.api.deadlines import DeadlineDoor
from clients.api.document_requests import DocumentPackageDoor, DocumentRequestDoor
from clients.api.documents import DocumentDoor
from clients.api.groups import ClientGroupDoor
from clients.api.importer_contacts import ImporterContactDoor
from clients.api.importers import ImporterDoor, ProgramAccountDoor
from clients.api.invitations import InvitationDoor
from clients.api.keys import ApiKeyDoor
from clients.api.me import MeDoor
from clients.api.memberships import MembershipDoor
from clients.api.onboarding_checklists import ChecklistDoor
from clients.api.onboardings import OnboardingDoor, OnboardingStepDoor
from clients.api.portal import PortalRoleDoor, PortalUserDoor
from clients.api.portal_verifications import PortalPermissionDoor, PortalVerificationDoor
from clients.api.readiness import ReadinessAnswerDoor, ReadinessDoor
from clients.api.received_letters import ReceivedLetterDoor
from clients.api.search import SearchDoor
from clients.api.staff import StaffAssignmentDoor, StaffDoor
from clients.api.support import SupportRequestDoor
from delegation.api.agreements import AgencyAgreementDoor
from delegation.api.delegations import DelegationDoor
from reconciliation.api.groups import ExpectedDoor, MatchDoor, SuggestionDoor
from reconciliation.api.pay_answers import PayAnswerDoor
from reconciliation.api.rules import RULES
from reconciliation.api.runs import MatchRunDoor
from reconciliation.api.variances import VarianceDoor
from statements.api.documents import LedgerEntryDoor, StatementDoor
from statements.api.files import LedgerFileDoor, StatementFileDoor
from statements.api.forecasts import ForecastDoor
from statements.api.payments import PaymentDoor
from statements.api.rulebook import RulebookDoor
from statements.api.security import HeadroomDoor, SecurityDoor


class OpenApiView(SpectacularAPIView):
    """The OpenAPI document: no secret, so nobody need sign in; written once."""

    def _get_schema_response(self, request: Request) -> Response:
        return Response(openapi_document())


class Index(RateHeaders, APIView):
    """What there is below /api/v1/."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        names = [prefix for prefix, _door, _name in router.registry]
        pages = [
            *names,
            "deadlines",
            "search",
            "portal-permissions",
            "rulebook",
            "me",
            "schema",
            "docs",
        ]
        return Response({page: request.build_absolute_uri(f"{page}/") for page in pages})


class NoSuchAddress(RateHeaders, APIView):
    """Whatever else is asked below /api/v1/ is a problem document, not a page."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str = "") -> Response:
        """An address without its last slash is sent on, with method and body; else 404."""
        if rest.endswith("/"):
            raise NotSeen("address", NOT_SEEN)
        query = request.META.get("QUERY_STRING", "")
        location = f"{request.path}/?{query}" if query else f"{request.path}/"
        return Response(status=308, headers={"Location": location})

    post = put = patch = delete = get


router = SimpleRouter(use_regex_path=False)
for prefix, name, door in (
    ("api-keys", "api-key", ApiKeyDoor),
    ("audit-events", "audit-event", AuditEventDoor),
    ("importers", "importer", ImporterDoor),
    ("importer-contacts", "importer-contact", ImporterContactDoor),
    ("program-accounts", "program-account", ProgramAccountDoor),
    ("staff", "staff", StaffDoor),
    ("staff-assignments", "staff-assignment", StaffAssignmentDoor),
    ("client-groups", "client-group", ClientGroupDoor),
    ("memberships", "membership", MembershipDoor),
    ("invitations", "invitation", InvitationDoor),
    ("documents", "document", DocumentDoor),
    ("document-requests", "document-request", DocumentRequestDoor),
    ("document-packages", "document-package", DocumentPackageDoor),
    ("support-requests", "support-request", SupportRequestDoor),
    ("received-letters", "received-letter", ReceivedLetterDoor),
    ("onboardings", "onboarding", OnboardingDoor),
    ("onboarding-steps", "onboarding-step", OnboardingStepDoor),
    ("onboarding-checklists", "checklist", ChecklistDoor),
    ("readiness", "readiness", ReadinessDoor),
    ("readiness-answers", "readiness-answer", ReadinessAnswerDoor),
    ("portal-users", "portal-user", PortalUserDoor),
    ("portal-roles", "portal-role", PortalRoleDoor),
    ("portal-verifications", "portal-verification", PortalVerificationDoor),
    ("delegations", "delegation", DelegationDoor),
    ("agency-agreements", "agency-agreement", AgencyAgreementDoor),
    ("statement-files", "statement-file", StatementFileDoor),
    ("ledger-files", "ledger-file", LedgerFileDoor),
    ("statements", "statement", StatementDoor),
    ("ledger-entries", "ledger-entry", LedgerEntryDoor),
    ("payments", "payment", PaymentDoor),
    ("pay-answers", "pay-answer", PayAnswerDoor),
    ("forecasts", "forecast", ForecastDoor),
    ("security", "security", SecurityDoor),
    ("security/headroom", "headroom", HeadroomDoor),
    ("match-runs", "match-run", MatchRunDoor),
    ("matches", "match", MatchDoor),
    ("suggestions", "suggestion", SuggestionDoor),
    ("expected-entries", "expected-entry", ExpectedDoor),
    ("variances", "variance", VarianceDoor),
):
    router.register(prefix, door, basename=f"api-{name}")

urlpatterns = [
    path("", Index.as_view(), name="api-index"),
    path("", include(router.urls)),
    path("me/", MeDoor.as_view(), name="api-me"),
    path("search/", SearchDoor.as_view(), name="api-search"),
    path("deadlines/", DeadlineDoor.as_view(), name="api-deadline-list"),
    path(
        "portal-permissions/",
        PortalPermissionDoor.as_view(),
        name="api-portal-permission-list",
    ),
    path("rulebook/", RulebookDoor.as_view(), name="api-rulebook-list"),
    *(
        path(f"rules/{name}/", door.as_view(), name=f"api-rules-{name}")
        for name, door in RULES.items()
    ),
    path("schema/", OpenApiView.as_view(), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html"),
        name="api-docs",
    ),
    re_path(r"^(?P<rest>.*)$", NoSuchAddress.as_view()),
]
