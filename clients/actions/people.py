"""Letting people in, changing what they may do, letting them go."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.leavers import end_sessions, revoke_keys
from clients.models import Importer, Membership, StaffAssignment, User
from clients.queries import importer_ids_for, may_here
from clients.queries.people import owners_of
from clients.rules import Permission, permissions_of_importer_role


def create_person(
    *,
    email: str,
    full_name: str,
    by: object,
    staff_role: str = "",
    importers: Iterable[Importer] = (),
    importer_role: str = "",
    language: str = User.Language.ENGLISH,
    password: str | None = None,
) -> User:
    """Let a person in: our staff with their importers, or one importer's own people.

    Without a password they set one through "forgotten password". Raises `Refused`.
    """
    person = User(email=email.strip().lower(), full_name=full_name.strip(), staff_role=staff_role)
    person.language = language
    reasons = list(_reasons_against_person(person, password))
    if reasons:
        raise Refused(*reasons)
    with transaction.atomic():
        person.set_password(password)
        person.save(force_insert=True)
        if staff_role:
            after = {"email": person.email, "role": staff_role}
            audit.record_for_brokerage("person joined", by=by, target=person, after=after)
        for importer in importers:
            join(person, importer.pk, importer_role, by)
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


def join(person: User, importer_id: int, role: str, by: object) -> bool:
    """Make a person one of an importer's people, or assign one of ours; False if they were."""
    with importer_scope(importer_id):
        place: dict[str, Any] = {"importer_id": importer_id, "user": person}
        if role:
            _, is_new = Membership.objects.get_or_create(**place, defaults={"role": role})
        else:
            _, is_new = StaffAssignment.objects.get_or_create(**place)
        if is_new:
            after = {"email": person.email, "role": role or person.staff_role}
            audit.record(
                "person joined", importer_id=importer_id, by=by, target=person, after=after
            )
    return is_new


@transaction.atomic
def change_role(
    *,
    membership: Membership,
    role: str,
    by: User,
    new_owner: Membership | None = None,
    sure: bool = False,
) -> bool:
    """Give one of an importer's people another role; False if they had it. Raises `Refused`.

    Works on their next request. `new_owner` lets an administrator move the last owner;
    `sure` is needed of somebody who gives away their own right to manage people.
    """
    if role not in Membership.Role.values:
        raise Refused(_("There is no role “%(role)s”.") % {"role": role})
    held = _held(membership)
    if held.role == role:
        return False
    if held.user_id == by.pk and not sure and _gives_up_people(role):
        raise Refused(_("This is your own role. Confirm that you give up managing people."))
    _keep_an_owner(held, by, new_owner)
    _set_role(held, role, by)
    return True


def _held(membership: Membership) -> Membership:
    """The membership as it is now; changes of one importer's people wait for each other."""
    Importer.objects.select_for_update(no_key=True).get(pk=membership.importer_id)
    held: Membership | None = (
        Membership.objects.select_related("user").filter(pk=membership.pk).first()
    )
    if held is None:
        raise Refused(_("This person was removed meanwhile."))
    return held


def _gives_up_people(role: str) -> bool:
    return Permission.MANAGE_PEOPLE not in permissions_of_importer_role(role)


def _keep_an_owner(held: Membership, by: User, new_owner: Membership | None) -> None:
    """An importer that has an owner keeps one; only an administrator names another in passing."""
    if held.role != Membership.Role.OWNER:
        return
    if owners_of(held.importer_id).exclude(pk=held.pk).exists():
        return
    if new_owner is None or not may_here(by, Permission.MANAGE_STAFF):
        raise Refused(
            _("%(name)s is the only owner. Make somebody else an owner first.")
            % {"name": held.user.full_name}
        )
    if new_owner.pk == held.pk or new_owner.importer_id != held.importer_id:
        raise Refused(_("The new owner has to be another of this importer's people."))
    _set_role(_held(new_owner), Membership.Role.OWNER, by)


def _set_role(held: Membership, role: str, by: User) -> None:
    before, held.role = held.role, role
    held.save(update_fields=["role"])
    _tell("role changed", held, by, {"role": before}, {"role": role})


def _tell(
    action: str, held: Membership, by: User, before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    audit.record(
        action,
        importer_id=held.importer_id,
        by=by,
        target=held.user,
        before=before,
        after=after,
        email=held.user.email,
    )


@transaction.atomic
def remove_member(
    *,
    membership: Membership,
    by: User,
    new_owner: Membership | None = None,
    sure: bool = False,
) -> None:
    """Take a person off an importer; somebody who then sees nothing is signed out everywhere.

    Their keys for it stop working with it. `new_owner` and `sure` as in `change_role`.
    """
    held = _held(membership)
    person = held.user
    if person.pk == by.pk and not sure:
        raise Refused(_("This is yourself. Confirm that you leave."))
    _keep_an_owner(held, by, new_owner)
    _tell("person removed", held, by, {"role": held.role}, None)
    held.delete()
    if not person.is_staff_member and not importer_ids_for(person):
        end_sessions(person)
        revoke_keys(person, by=by)


@transaction.atomic
def require_second_factor(*, importer: Importer, required: bool, by: object) -> bool:
    """Say whether an importer's people need a second factor; False if it was so already."""
    rows = Importer.objects.filter(pk=importer.pk).exclude(requires_second_factor=required)
    changed = rows.update(requires_second_factor=required)
    if changed:
        audit.record(
            "second factor rule changed",
            importer_id=importer.pk,
            by=by,
            target=importer,
            before={"requires_second_factor": not required},
            after={"requires_second_factor": required},
        )
    return bool(changed)
