"""Writes of the clients room."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.ca import bn

from carmsvc.platform import api_keys, audit
from carmsvc.platform.refusals import Refused as Refused
from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.models import (
    BN9_PATTERN,
    BN15_PATTERN,
    Importer,
    Membership,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.queries import importer_ids_for


def normalised_number(text: str) -> str:
    """A business number without spaces, in capitals."""
    return re.sub(r"\s", "", text).upper()


def create_importer(
    *, legal_name: str, bn9: str, program_accounts: Iterable[str], by: object
) -> Importer:
    """Create an importer with its RM accounts; raises `Refused` with every reason at once."""
    number = normalised_number(bn9)
    accounts = list(dict.fromkeys(map(normalised_number, program_accounts)))
    reasons = _reasons_against(legal_name, number, accounts)
    if reasons:
        raise Refused(*reasons)
    with transaction.atomic():
        key = TenantKey.objects.create()
        with importer_scope(key.pk):
            importer = Importer(id=key.pk, legal_name=legal_name.strip(), bn9=number)
            importer.save(force_insert=True)
            for bn15 in accounts:
                ProgramAccount.objects.create(importer=importer, bn15=bn15)
            audit.record("importer created", importer_id=key.pk, by=by, target=importer)
    return importer


def _reasons_against(legal_name: str, bn9: str, accounts: list[str]) -> list[str]:
    reasons = []
    if not legal_name.strip():
        reasons.append(_("Give the legal name, exactly as the CBSA has it."))
    if not re.fullmatch(BN9_PATTERN, bn9):
        reasons.append(_("“%(bn9)s” is not a business number: nine digits.") % {"bn9": bn9})
    if not accounts:
        reasons.append(_("Give at least one program account, for example 123456782RM0001."))
    for account in accounts:
        if not re.fullmatch(BN15_PATTERN, account):
            reasons.append(
                _("“%(account)s” is not a program account: BN9, RM and four digits.")
                % {"account": account}
            )
        elif not account.startswith(bn9):
            reasons.append(
                _("Program account %(account)s does not belong to business number %(bn9)s.")
                % {"account": account, "bn9": bn9}
            )
    if not reasons and _exists(bn9):
        reasons.append(_("Business number %(bn9)s is already registered.") % {"bn9": bn9})
    return reasons


def warnings_about(bn9: str) -> list[str]:
    """What is odd about a business number without being a reason to refuse it."""
    if bn.is_valid(bn9):
        return []
    return [
        _("The check digit of business number %(bn9)s does not fit; look at it again.")
        % {"bn9": bn9}
    ]


def _exists(bn9: str) -> bool:
    with importer_scope(every_importer_id()):
        return Importer.objects.filter(bn9=bn9).exists()


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


def issue_api_key(
    *,
    name: str,
    user: User,
    importers: Iterable[Importer],
    may_write: bool,
    by: object,
    expires_at: datetime | None = None,
) -> tuple[api_keys.ApiKey, str]:
    """Make a key for importers its user sees; the second value is shown once, never again."""
    chosen = list(importers)
    seen = set(importer_ids_for(user))
    reasons = [
        _("%(user)s does not see importer %(bn9)s.") % {"user": user, "bn9": importer.bn9}
        for importer in chosen
        if importer.pk not in seen
    ]
    if reasons:
        raise Refused(*reasons)
    ids = [importer.pk for importer in chosen]
    with transaction.atomic():
        key, text = api_keys.create_api_key(
            name=name, user=user, importer_ids=ids, may_write=may_write, expires_at=expires_at
        )
        for importer_id in ids:
            with importer_scope(importer_id):
                told = {"name": name, "user": user.email, "may_write": may_write}
                audit.record("API key created", importer_id=importer_id, by=by, target=key, **told)
    return key, text
