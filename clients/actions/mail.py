"""Sending stuck letters again."""

from django.db import transaction

from carmsvc.platform import audit
from carmsvc.platform.outbox import Letter, send_letter_again
from clients.models import User


@transaction.atomic
def send_again(*, letter: Letter, by: User) -> bool:
    """Give a stuck letter new tries; False if it was not stuck any more."""
    again = send_letter_again(letter.pk)
    if again:
        audit.record_for_brokerage(
            "letter sent again",
            by=by,
            target=letter,
            to=letter.to_address,
            subject=letter.subject,
        )
    return again
