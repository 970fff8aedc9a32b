"""What belongs to no importer: letters from the public, prepared answers, letters that came in."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.work import WorkRow
from clients.models.people import User
from clients.models.support import HelpWanted, SupportCategory, SupportSource


class Contact(HelpWanted):
    """Somebody wrote on the contact page; it is the brokerage's until it is an importer's.

    Nothing here says which importer it went to: who may not see the importer reads this table.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=200)
    address = models.EmailField(_("e-mail"))
    company = models.CharField(_("company"), max_length=200, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    moved_at = models.DateTimeField(null=True)
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_at=None, moved_by=None)
                | Q(moved_at__isnull=False, moved_by__isnull=False, state="closed"),
                name="a_contact_is_moved_by_somebody_and_then_closed",
            ),
        ]
        indexes = [models.Index(fields=["clock_due_at", "id"], name="contacts_by_clock")]


class ContactMessage(models.Model):
    """Something written to or by the public, or among the staff about it."""

    app_may = ("SELECT", "INSERT", "DELETE")

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="messages")
    is_staff_only = models.BooleanField(default=False)
    is_from_staff = models.BooleanField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    text = models.TextField()
    source = models.CharField(max_length=10, choices=SupportSource)
    letter_id = models.CharField(max_length=250, blank=True)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff_only=False) | Q(is_from_staff=True),
                name="only_staff_write_among_the_staff_of_contacts",
            ),
        ]


class CannedAnswer(models.Model):
    """An answer prepared in both languages, with places for facts in braces."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    category = models.CharField(_("category"), max_length=20, choices=SupportCategory, blank=True)
    text_en = models.TextField(_("English text"), max_length=5000)
    text_fr = models.TextField(_("French text"), max_length=5000)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def text_in(self, language: str) -> str:
        """In a language; English where it is another."""
        return self.text_fr if language == User.Language.FRENCH else self.text_en


class ReceivedLetter(WorkRow):
    """An e-mail that came in, taken once. What was accepted keeps no word of it here."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Being read")
        READING = "reading", _("Being read")
        ACCEPTED = "accepted", _("On its request")
        IGNORED = "ignored", _("Ignored")
        SET_ASIDE = "set_aside", _("To be looked at")
        SETTLED = "settled", _("Settled")

    class Reason(models.TextChoices):
        """Why it was not taken as a message."""

        AUTO_SUBMITTED = "auto_submitted", _("An automatic answer")
        BULK = "bulk", _("A letter to many")
        BOUNCE = "bounce", _("A letter that was not delivered")
        MACHINE = "machine", _("Sent by a machine")
        UNREADABLE = "unreadable", _("It cannot be read as a letter")
        NO_ADDRESS = "no_address", _("It names no request: the reply address is missing or wrong")
        STRANGER = "stranger", _("Its sender may not write on the request")
        OTHER_ADDRESS = "other_address", _("Sent from another address than it was written to")
        CLOSED = "closed", _("The request is closed")
        EMPTY = "empty", _("Nothing new is written in it")
        SECRET = "secret", _("It seems to hold a password or a code; its words were not kept")

    waiting_state, working_state = State.RECEIVED, State.READING

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64, unique=True)  # of its Message-ID and our address
    raw = models.BinaryField(default=bytes)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    recipient = models.CharField(max_length=254, blank=True)
    title = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"], name="letters_received"),
        ]

    def __str__(self) -> str:
        return self.title or self.key[:12]
