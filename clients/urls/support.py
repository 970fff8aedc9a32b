"""Asking for help: requests, the contact page, prepared answers, e-mail."""

from django.urls import path

from clients.urls.places import OF_IMPORTER
from clients.views import (
    answering,
    contacts,
    support,
)

HELP = "support-requests/<int:support_id>/"
CONTACT = "contacts/<int:contact_id>/"
urlpatterns = [
    path("contact/", contacts.contact, name="contact"),
    path("contact/thanks/", contacts.contact_thanks, name="contact-thanks"),
    path("contacts/", contacts.contact_list, name="contact-list"),
    path(CONTACT, contacts.contact_page, name="contact-page"),
    path(f"{CONTACT}messages/", contacts.contact_messages, name="contact-messages"),
    path(f"{CONTACT}notes/", contacts.contact_notes, name="contact-notes"),
    path(f"{CONTACT}handling/", contacts.contact_handling, name="contact-handling"),
    path(f"{CONTACT}importer/", contacts.contact_moving, name="contact-moving"),
    path(f"{CONTACT}transitions/<str:wish>/", contacts.contact_step, name="contact-step"),
    path("support-requests/", support.support_list, name="support-list"),
    path("support-requests/export/", support.support_export, name="support-export"),
    path(f"{OF_IMPORTER}support-requests/", support.importer_support, name="importer-support"),
    path(f"{OF_IMPORTER}support-requests/new/", support.support_new, name="support-new"),
    path(HELP, support.support_page, name="support-request"),
    path(f"{HELP}messages/", support.support_messages, name="support-messages"),
    path(f"{HELP}notes/", support.support_notes, name="support-notes"),
    path(f"{HELP}handling/", support.support_handling, name="support-handling"),
    path(f"{HELP}transitions/<str:wish>/", support.support_step, name="support-step"),
    path("prepared-answers/", answering.answer_list, name="answer-list"),
    path("prepared-answers/new/", answering.answer_new, name="answer-new"),
    path("prepared-answers/<int:answer_id>/", answering.answer_page, name="answer-page"),
    path(
        "prepared-answers/<int:answer_id>/retiring/",
        answering.answer_retiring,
        name="answer-retiring",
    ),
    path("received-letters/", answering.received_list, name="received-list"),
    path(
        "received-letters/<int:received_id>/dismissal/",
        answering.received_dismissal,
        name="received-dismissal",
    ),
    path(
        "received-letters/<int:received_id>/contact/",
        answering.received_contact,
        name="received-contact",
    ),
]
