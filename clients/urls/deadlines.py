"""Deadlines, calendars, notices and the mail."""

from django.urls import path

from clients.views import (
    deadlines,
    mail,
    notices,
)

urlpatterns = [
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
    path("mail/", mail.letter_list, name="letter-list"),
    path("mail/<int:letter_id>/sending/", mail.letter_sending, name="letter-sending"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/count/", notices.notice_count, name="notice-count"),
    path("notices/reading/", notices.notice_reading, name="notice-reading"),
    path("notices/settings/", notices.notice_settings, name="notice-settings"),
    path("calendar/", deadlines.calendar_page, name="calendar"),
    path("calendar/opening/", deadlines.calendar_opening, name="calendar-opening"),
    path("calendar/closing/", deadlines.calendar_closing, name="calendar-closing"),
    path("calendar/<str:secret>.ics", deadlines.calendar_feed, name="calendar-feed"),
]
