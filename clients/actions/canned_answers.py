"""Prepared answers, written by administrators in both languages."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.models import CannedAnswer, SupportCategory, User
from clients.rules.canned import PLACES, unknown_places

TOLD = ("name", "category", "text_en", "text_fr")
LONGEST = 5000


@transaction.atomic
def write_answer(*, answer: CannedAnswer, by: User, **told: Any) -> CannedAnswer:
    """Keep a new answer, or new words of one; it is in use again. Raises `Refused`."""
    before = {name: getattr(answer, name) for name in TOLD} if answer.pk else None
    for name, value in told.items():
        setattr(answer, name, value)
    answer.name = " ".join(answer.name.split())
    if reasons := list(_reasons_against(answer)):
        raise Refused(*reasons)
    answer.changed_at, answer.changed_by, answer.retired_at = timezone.now(), by, None
    _save(answer)
    after = {name: getattr(answer, name) for name in TOLD}
    audit.record_for_brokerage(
        "prepared answer written", by=by, target=answer, before=before, after=after
    )
    return answer


def _save(answer: CannedAnswer) -> None:
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError as error:
        told = _("There is a prepared answer named “%(name)s” already.")
        raise Refused(told % {"name": answer.name}) from error


def _reasons_against(answer: CannedAnswer) -> Any:
    if not 0 < len(answer.name) <= 100 or "\x00" in answer.name:
        yield _("Give the answer a name of at most 100 characters.")
    if answer.category and answer.category not in SupportCategory.values:
        yield _("There is no such category: %(word)s.") % {"word": answer.category}
    texts = (answer.text_en, answer.text_fr)
    if not all(0 < len(text.strip()) <= LONGEST and "\x00" not in text for text in texts):
        yield _("Write it in English and in French, at most 5,000 characters each.")
    for place in dict.fromkeys(one for text in texts for one in unknown_places(text)):
        places = ", ".join(f"{{{one}}}" for one in PLACES)
        yield _("There is no place {%(place)s}: use %(places)s.") % {
            "place": place,
            "places": places,
        }


@transaction.atomic
def retire_answer(*, answer: CannedAnswer, by: User) -> bool:
    """Take an answer out of use; False if it was."""
    rows = CannedAnswer.objects.filter(pk=answer.pk, retired_at=None)
    retired = rows.update(retired_at=timezone.now())
    if retired:
        audit.record_for_brokerage("prepared answer retired", by=by, target=answer)
    return bool(retired)
