"""Letting people in."""

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, Membership, StaffAssignment, User


def create_person(
    *,
    email: str,
    full_name: str,
    by: object,
    staff_role: str = "",
    importers: Iterable[Importer] = (),
    importer_role: str = "",
    password: str | None = None,
) -> User:
    """Let a person in: our staff with their importers, or one importer's own people.

    Without a password they set one through "forgotten password". Raises `Refused`.
    """
    person = User(email=email.strip().lower(), full_name=full_name.strip(), staff_role=staff_role)
    reasons = list(_reasons_against_person(person, password))
    if reasons:
        raise Refused(*reasons)
    with transaction.atomic():
        person.set_password(password)
        person.save(force_insert=True)
        for importer in importers:
            _join(person, importer, importer_role, by)
    return person


def _reasons_against_person(person: User, password: str | None) -> Iterable[str]:
    try:
        validate_email(person.email)
    except ValidationError as error:
        yield from error.messages
    if not person.full_name:
        yield _("Give the person's name.")
    if User.objects.filter(email=person.email).exists():
        yield _("%(email)s is already registered.") % {"email": person.email}
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            yield from error.messages


def _join(person: User, importer: Importer, role: str, by: object) -> None:
    with importer_scope(importer.pk):
        if role:
            Membership.objects.create(importer=importer, user=person, role=role)
        else:
            StaffAssignment.objects.create(importer=importer, user=person)
        audit.record(
            "person joined",
            importer_id=importer.pk,
            by=by,
            target=person,
            email=person.email,
            role=role or person.staff_role,
        )
