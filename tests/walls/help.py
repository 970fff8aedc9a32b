"""What an importer asked for help with; and what belongs to no importer, in no one’s words."""

from datetime import date
from typing import Any

from django.utils import timezone

from clients.models import (
    CannedAnswer,
    Contact,
    ContactMessage,
    ReceivedLetter,
    SupportAttachment,
    SupportMessage,
    SupportRequest,
    User,
)

ON = date(2026, 10, 1)


def settle_support(tenant: Any, analyst: User) -> None:
    """A request that waits for the CBSA, words of both sides, a note, an attachment."""
    word, of = tenant.word, {"importer": tenant.importer}
    request = SupportRequest.objects.create(
        **of, number=f"SR-{tenant.bn9}", title=f"Question {word}",
        category="other", source="page", state="waiting_cbsa", owner=analyst,
        asked_by=tenant.people["owner"], outside_name=word, case_no=f"Case {word}", next_on=ON,
        outside_address=f"outside@{word}.example".lower(), subject_kind="document",
        subject_id=tenant.ids["document_id"], subject_key=word, subject_label=f"About {word}",
        resolution_due_at=timezone.now(), clock_due_at=timezone.now(), answered_at=timezone.now(),
    )  # fmt: skip
    told = {"request": request, "author_name": word, "text": word, "source": "mail"}
    message = SupportMessage.objects.create(
        **of, **told, is_from_staff=False, letter_id=f"<1@{word}.example>"
    )
    SupportMessage.objects.create(**of, **told, is_from_staff=True, is_staff_only=True)
    SupportAttachment.objects.create(**of, message=message, document_id=tenant.ids["document_id"])
    tenant.ids |= {"support_id": request.pk, **_of_nobody()}


def _of_nobody() -> dict[str, int]:
    """The brokerage's own, the same for both importers; no word of either stands in it."""
    contact, is_new = Contact.objects.get_or_create(
        number="SR-0000-0000",
        defaults={
            "title": "How?", "category": "other", "source": "contact", "name": "Robin",
            "address": "robin@new.example", "resolution_due_at": timezone.now(),
        },
    )  # fmt: skip
    if is_new:
        ContactMessage.objects.create(
            contact=contact, is_from_staff=False, author_name="Robin", text="How?",
            source="contact",
        )  # fmt: skip
    texts = {"text_en": "Thank you.", "text_fr": "Merci."}
    answer, _new = CannedAnswer.objects.get_or_create(name="Thanks", defaults=texts)
    told = {"state": "set_aside", "reason": "stranger", "sender": "robin@new.example"}
    letter, _new = ReceivedLetter.objects.get_or_create(key="0" * 64, defaults=told)
    return {"contact_id": contact.pk, "answer_id": answer.pk, "received_id": letter.pk}
