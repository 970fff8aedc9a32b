"""E-mail leaves from a row: written with the change it tells of, sent once by a worker.

A letter that fails is tried again, later each time, and in the end parked where people see it.
A worker that dies while a mail server listens leaves its letter *in doubt*: nobody knows whether
it went, so it is neither sent twice nor forgotten; a person decides.
"""

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from carmsvc.platform.nudge import nudge
from carmsvc.platform.work import WorkRow, claim, give_back

logger = logging.getLogger(__name__)
LONGEST_WAIT_SECONDS = 6 * 3600
ERASED = ""
# what a letter may say of itself beside what this module says
THREADING = frozenset({"Reply-To", "In-Reply-To", "References"})


class Letter(WorkRow):
    """One e-mail to one address."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        IN_DOUBT = "in_doubt"

    waiting_state, working_state = State.WAITING, State.SENDING
    most_attempts = 8  # a mail server that is down for a day loses nothing

    id = models.BigAutoField(primary_key=True)
    to_address = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    holds_secret = models.BooleanField(default=False)
    once = models.CharField(max_length=200, null=True, unique=True)
    message_id = models.CharField(max_length=200)
    headers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "platform"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
                name="a_sent_letter_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=~Q(state="sent"), name="letters_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_address}"

    @staticmethod
    def seconds_to_wait(attempts: int) -> float:
        """Twice as long each time, at most six hours."""
        return min(settings.WORK_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_WAIT_SECONDS)

    @classmethod
    def is_waiting(cls) -> Q:
        """At the door and due. One whose worker died is in doubt, not waiting."""
        due = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
        return Q(state=cls.State.WAITING, parked_at=None) & due


def put_letter(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    once: str | None = None,
    not_before: datetime | None = None,
    holds_secret: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Letter | None:
    """Put an e-mail in the outbox, in the transaction of what it tells of.

    `once` names what it tells of: a second letter of that name is not written, and None is
    returned. A letter that holds a secret (a link that lets somebody in) loses its words once
    it is sent. `headers` say where an answer goes and what it answers (`THREADING`); a line
    break in one is none. Raises ValueError for another header.
    """
    if strange := set(headers or {}) - THREADING:
        raise ValueError(f"a letter does not set {', '.join(sorted(strange))}")
    words = {
        "to_address": to.strip(),
        "subject": re.sub(r"\s+", " ", subject).strip()[:250],
        "text": text,
        "html": html,
        "leased_until": not_before,
        "holds_secret": holds_secret,
        "message_id": make_msgid(domain=our_domain()),
        "headers": {name: " ".join(value.split()) for name, value in (headers or {}).items()},
    }
    if once is None:
        letter = Letter.objects.create(**words)
    else:
        letter, is_new = Letter.objects.get_or_create(once=once, defaults=words)
        if not is_new:
            return None
    nudge("carmsvc.platform.tasks.send_letter", letter_id=letter.pk)
    return letter


def our_domain() -> str:
    """The domain our letters come from."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"


def letters_waiting() -> list[int]:
    """What is due at the outbox, oldest first."""
    waiting = Letter.objects.filter(Letter.is_waiting())
    return list(waiting.order_by("id").values_list("id", flat=True)[:1000])


def send_letter(letter_id: int) -> bool:
    """Send one letter if nobody else is at it; whether it went."""
    token = claim(Letter, letter_id)
    if token is None:
        return False
    letter = Letter.objects.get(pk=letter_id)
    try:
        _hand_over(letter)
    except Exception as error:  # whatever a mail server or the network thinks of
        logger.warning("letter %s was not sent: %s", letter_id, error)
        give_back(Letter, letter_id, token, f"{type(error).__name__}: {error}", None)
        return False
    words: dict[str, Any] = {"text": ERASED, "html": ERASED} if letter.holds_secret else {}
    ours = Letter.objects.filter(pk=letter_id, claim_token=token)
    ours.update(state=Letter.State.SENT, sent_at=timezone.now(), last_failure="", **words)
    return True


def _hand_over(letter: Letter) -> None:
    """One conversation with the mail server; the Message-ID stays the same however often."""
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[letter.to_address],
        headers={
            **letter.headers,
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
        },
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    message.send()


def note_doubts() -> int:
    """Mark letters whose worker died at them; returns how many."""
    held = Letter.objects.filter(state=Letter.State.SENDING, leased_until__lt=timezone.now())
    return held.update(
        state=Letter.State.IN_DOUBT,
        parked_at=timezone.now(),
        last_failure="The worker stopped while sending it; nobody knows whether it went.",
    )


def send_letter_again(letter_id: int) -> bool:
    """A person gives a parked letter new tries; False if it was not parked."""
    with transaction.atomic():
        parked = Letter.objects.filter(pk=letter_id).exclude(parked_at=None)
        again = parked.update(
            state=Letter.State.WAITING, attempts=0, parked_at=None, leased_until=None
        )
        if again:
            nudge("carmsvc.platform.tasks.send_letter", letter_id=letter_id)
    return bool(again)


def forget_sent_letters(days: int = 400) -> int:
    """Remove letters sent longer ago than so many days; returns how many."""
    old = Letter.objects.filter(sent_at__lt=timezone.now() - timedelta(days=days))
    return old.delete()[0]
