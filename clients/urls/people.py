"""People: of importers and of the brokerage, invitations, groups, keys, the audit."""

from django.urls import path

from clients.urls.places import OF_IMPORTER
from clients.views import (
    audit,
    groups,
    invitations,
    keys,
    matrix,
    people,
    staff,
    viewing,
)

PERSON = "people/<int:person_id>/"
MEMBER = "staff/<int:person_id>/"
GROUP = "groups/<int:group_id>/"
KEY = "keys/<int:key_id>/"
urlpatterns = [
    path(f"{OF_IMPORTER}people/", people.importer_people, name="importer-people"),
    path(
        f"{OF_IMPORTER}people/second-factor/",
        people.importer_second_factor,
        name="importer-second-factor",
    ),
    path(f"{OF_IMPORTER}people/<int:membership_id>/", people.membership, name="membership"),
    path(
        f"{OF_IMPORTER}people/<int:membership_id>/removal/",
        people.membership_removal,
        name="membership-removal",
    ),
    path(
        f"{OF_IMPORTER}invitations/",
        invitations.importer_invitations,
        name="importer-invitations",
    ),
    path(
        f"{OF_IMPORTER}invitations/new/",
        invitations.importer_invitation_new,
        name="importer-invitation-new",
    ),
    path("invitations/", invitations.staff_invitations, name="staff-invitations"),
    path(
        "invitations/<int:invitation_id>/sending/",
        invitations.invitation_sending,
        name="invitation-sending",
    ),
    path(
        "invitations/<int:invitation_id>/revocation/",
        invitations.invitation_revocation,
        name="invitation-revocation",
    ),
    path("invitation/", invitations.invitation_page, name="invitation"),
    path(
        "invitation/other-account/",
        invitations.invitation_other_account,
        name="invitation-other-account",
    ),
    path("invitation/<str:token>/", invitations.invitation_link, name="invitation-link"),
    path(PERSON, people.person_page, name="person"),
    path(f"{PERSON}deactivation/", people.person_deactivation, name="person-deactivation"),
    path(f"{PERSON}reactivation/", people.person_reactivation, name="person-reactivation"),
    path(f"{PERSON}handover/", people.person_handover, name="person-handover"),
    path("staff/", staff.staff_list, name="staff-list"),
    path("staff/new/", staff.staff_invitation_new, name="staff-invitation-new"),
    path(MEMBER, staff.staff_member, name="staff-member"),
    path(f"{MEMBER}role/", staff.staff_role, name="staff-role"),
    path(f"{MEMBER}importers/new/", staff.staff_importers_new, name="staff-importers-new"),
    path(
        f"{MEMBER}importers/removal/",
        staff.staff_importers_removal,
        name="staff-importers-removal",
    ),
    path(f"{OF_IMPORTER}staff/", staff.importer_staff, name="importer-staff"),
    path(
        f"{OF_IMPORTER}staff/<int:person_id>/removal/",
        staff.importer_staff_removal,
        name="importer-staff-removal",
    ),
    path("groups/", groups.group_list, name="group-list"),
    path("groups/new/", groups.group_new, name="group-new"),
    path(GROUP, groups.group_page, name="group"),
    path(f"{GROUP}description/", groups.group_description, name="group-description"),
    path(f"{GROUP}deletion/", groups.group_deletion, name="group-deletion"),
    path(f"{GROUP}importers/new/", groups.group_importers_new, name="group-importers-new"),
    path(
        f"{GROUP}importers/removal/",
        groups.group_importers_removal,
        name="group-importers-removal",
    ),
    path(f"{GROUP}staff/", groups.group_staff, name="group-staff"),
    path(
        f"{GROUP}staff/<int:person_id>/removal/",
        groups.group_staff_removal,
        name="group-staff-removal",
    ),
    path("permissions/", matrix.permission_matrix, name="permission-matrix"),
    path(f"{OF_IMPORTER}viewing/", viewing.viewing_new, name="viewing-new"),
    path("viewing/end/", viewing.viewing_end, name="viewing-end"),
    path(f"{OF_IMPORTER}audit/", audit.importer_audit, name="importer-audit"),
    path(
        f"{OF_IMPORTER}audit/export/",
        audit.importer_audit_export,
        name="importer-audit-export",
    ),
    path(f"{OF_IMPORTER}audit/check/", audit.importer_audit_check, name="importer-audit-check"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.audit_export, name="audit-export"),
    path("audit/brokerage/", audit.brokerage_audit, name="brokerage-audit"),
    path("audit/brokerage/export/", audit.brokerage_audit_export, name="brokerage-audit-export"),
    path("audit/brokerage/check/", audit.brokerage_audit_check, name="brokerage-audit-check"),
    path(f"{OF_IMPORTER}keys/", keys.importer_keys, name="importer-keys"),
    path("keys/", keys.key_list, name="key-list"),
    path("keys/new/", keys.key_new, name="key-new"),
    path(KEY, keys.key_page, name="key"),
    path(f"{KEY}rotation/", keys.key_rotation, name="key-rotation"),
    path(f"{KEY}revocation/", keys.key_revocation, name="key-revocation"),
]
