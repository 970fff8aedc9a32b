"""Addresses of the clients room."""

from django.urls import path

from clients.views import deadlines, importers, invitations, people

OF_IMPORTER = "importers/<int:importer_id>/"
PERSON = "people/<int:person_id>/"
urlpatterns = [
    path("importers/", importers.importer_list, name="importer-list"),
    path("importers/new/", importers.importer_new, name="importer-new"),
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
    path("deadlines/", deadlines.deadline_list, name="deadline-list"),
    path("deadlines/<int:year>/<int:month_no>/", deadlines.deadline_month, name="deadline-month"),
    path(
        "importers/<int:importer_id>/deadlines/",
        deadlines.deadline_list,
        name="importer-deadlines",
    ),
    path(
        "importers/<int:importer_id>/deadlines/<int:year>/<int:month_no>/",
        deadlines.deadline_month,
        name="importer-deadline-month",
    ),
    path("calendar/", deadlines.calendar_page, name="calendar"),
    path("calendar/opening/", deadlines.calendar_opening, name="calendar-opening"),
    path("calendar/closing/", deadlines.calendar_closing, name="calendar-closing"),
    path("calendar/<str:secret>.ics", deadlines.calendar_feed, name="calendar-feed"),
]
