"""People in the CARM portal."""

from django.urls import path

from clients.urls.places import OF_IMPORTER
from clients.views import (
    portal,
    portal_register,
    portal_verifications,
)

PORTAL_USER = "portal-users/<int:portal_user_id>/"
PORTAL_ROLE = "portal-roles/<int:portal_role_id>/"
PORTAL_ROUND = "portal-verifications/<int:verification_id>/"
urlpatterns = [
    path("portal/", portal_register.portal_register, name="portal-register"),
    path("portal/export/", portal_register.portal_register_export, name="portal-register-export"),
    path("portal/rounds/", portal_register.portal_rounds_start, name="portal-rounds-start"),
    path("portal/permissions/", portal.portal_matrix, name="portal-matrix"),
    path(f"{OF_IMPORTER}portal/", portal.importer_portal, name="importer-portal"),
    path(f"{OF_IMPORTER}portal/new/", portal.portal_user_new, name="portal-user-new"),
    path(
        f"{OF_IMPORTER}portal/permissions/",
        portal.importer_portal_matrix,
        name="importer-portal-matrix",
    ),
    path(
        f"{OF_IMPORTER}portal/rounds/new/",
        portal_verifications.portal_verification_new,
        name="portal-verification-new",
    ),
    path(PORTAL_USER, portal.portal_user, name="portal-user"),
    path(f"{PORTAL_USER}change/", portal.portal_user_change, name="portal-user-change"),
    path(f"{PORTAL_USER}roles/", portal.portal_user_roles, name="portal-user-roles"),
    path(
        f"{PORTAL_USER}transitions/<slug:wish>/",
        portal.portal_user_transition,
        name="portal-user-transition",
    ),
    path(f"{PORTAL_USER}departure/", portal.portal_user_departure, name="portal-user-departure"),
    path(PORTAL_ROLE, portal.portal_role, name="portal-role"),
    path(
        f"{PORTAL_ROLE}verification/",
        portal.portal_role_verification,
        name="portal-role-verification",
    ),
    path(f"{PORTAL_ROLE}ending/", portal.portal_role_ending, name="portal-role-ending"),
    path(PORTAL_ROUND, portal_verifications.portal_verification, name="portal-verification"),
    path(
        f"{PORTAL_ROUND}withdrawal/",
        portal_verifications.portal_verification_withdrawal,
        name="portal-verification-withdrawal",
    ),
    path(
        "portal-verification-lines/<int:portal_line_id>/decision/",
        portal_verifications.portal_line_decision,
        name="portal-line-decision",
    ),
]
