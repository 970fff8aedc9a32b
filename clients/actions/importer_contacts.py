"""Whom to reach at an importer: added, changed, removed."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.models import Importer, ImporterContact, User

TOLD = ("name", "function", "title", "email", "phone", "language")
MOST_CONTACTS = 100


@transaction.atomic
def add_contact(*, importer: Importer, by: Any, **told: str) -> ImporterContact:
    """Keep somebody to reach at an importer; raises `Refused` with every reason."""
    contact = ImporterContact(importer=importer, **_tidy(told))
    reasons = list(reasons_against_contact(contact))
    if ImporterContact.objects.filter(importer=importer).count() >= MOST_CONTACTS:
        reasons.append(_("At most %(count)s contacts.") % {"count": MOST_CONTACTS})
    if reasons:
        raise Refused(*reasons)
    contact.save(force_insert=True)
    audit.record(
        "importer contact added",
        importer_id=importer.pk,
        by=by,
        target=contact,
        after=told_of(contact),
    )
    return contact


def _tidy(told: dict[str, str]) -> dict[str, str]:
    return {name: " ".join(value.split()) for name, value in told.items()}


def reasons_against_contact(contact: ImporterContact) -> Iterator[str]:
    """Why somebody cannot be kept as a contact."""
    if not contact.name:
        yield _("Give the name of the contact.")
    if contact.function not in ImporterContact.Function.values:
        words = ", ".join(str(label) for label in ImporterContact.Function.labels)
        yield _("Say what the contact is for, one of: %(words)s.") % {"words": words}
    if not (contact.email or contact.phone):
        yield _("Give an e-mail address or a telephone number, or both.")
    if contact.email and not _is_address(contact.email):
        yield _("“%(text)s” is not an e-mail address.") % {"text": contact.email[:100]}
    if contact.language not in User.Language.values:
        yield _("The languages are English and French.")
    for name in ("name", "title", "phone"):
        field: Any = ImporterContact._meta.get_field(name)
        if len(getattr(contact, name)) > field.max_length or "\x00" in getattr(contact, name):
            yield _("%(field)s: at most %(count)s characters.") % {
                "field": str(field.verbose_name).capitalize(),
                "count": field.max_length,
            }


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def told_of(contact: ImporterContact) -> dict[str, str]:
    """What is told of a contact."""
    return {name: getattr(contact, name) for name in TOLD}


@transaction.atomic
def change_contact(*, contact: ImporterContact, by: Any, **told: str) -> bool:
    """Keep what is told of a contact; False if nothing changes. Raises `Refused`."""
    held = ImporterContact.objects.select_for_update().get(pk=contact.pk)
    before = told_of(held)
    after = before | _tidy(told)
    changed = [name for name in TOLD if after[name] != before[name]]
    if not changed:
        return False
    for name in changed:
        setattr(held, name, after[name])
        setattr(contact, name, after[name])
    if reasons := list(reasons_against_contact(held)):
        raise Refused(*reasons)
    held.save(update_fields=changed)
    audit.record(
        "importer contact changed",
        importer_id=held.importer_id,
        by=by,
        target=held,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        contact=held.name,
    )
    return True


@transaction.atomic
def remove_contact(*, contact: ImporterContact, by: Any) -> None:
    """Take a contact off an importer; the audit keeps who it was."""
    held = ImporterContact.objects.select_for_update().get(pk=contact.pk)
    audit.record(
        "importer contact removed",
        importer_id=held.importer_id,
        by=by,
        target=held,
        before=told_of(held),
    )
    held.delete()
