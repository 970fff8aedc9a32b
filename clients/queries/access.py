"""Who may see which importers, and what they may do there."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from carmsvc.platform.api_keys import key_of_request
from carmsvc.platform.tenancy import every_importer_id, user_scope
from clients.models import GroupedImporter, Membership, StaffAssignment, User
from clients.rules import (
    BROKERAGE_WIDE,
    Permission,
    permissions_of_importer_role,
    permissions_of_staff,
    permissions_while_viewing,
)


def importer_ids_for(user: User | AnonymousUser) -> list[int]:
    """The importers a person may see; an administrator sees all of them."""
    if not isinstance(user, User) or not user.is_active:
        return []
    if user.viewing:
        return [user.viewing.importer_id]
    if user.is_administrator:
        return every_importer_id()
    with user_scope(user.pk):
        if user.is_staff_member:
            return _looked_after_by(user)
        return list(Membership.own.filter(user=user).values_list("importer_id", flat=True))


def _looked_after_by(user: User) -> list[int]:
    """Assigned directly, or through a client group."""
    direct = StaffAssignment.own.filter(user=user).values_list("importer_id")
    grouped = GroupedImporter.own.filter(group__staff__user=user).values_list("importer_id")
    return sorted(importer_id for (importer_id,) in direct.union(grouped))


def importer_ids_for_request(request: HttpRequest) -> list[int]:
    """The scope of a request: its API key's importers that the key's maker still sees, or
    the signed-in person's. A key that is not valid opens no scope at all.
    """
    word, _, text = request.headers.get("Authorization", "").partition(" ")
    if word.lower() != "bearer":
        return importer_ids_for(request.user)
    key = key_of_request(text.strip(), request)
    request.api_key = key  # type: ignore[attr-defined]
    if key is None:
        return []
    return sorted(set(key.importer_ids) & set(importer_ids_for(key.user)))


def permissions_of(user: User | AnonymousUser, importer_id: int) -> frozenset[Permission]:
    """Everything a person may do with an importer in their scope."""
    return permissions_by_importer(user, [importer_id])[importer_id]


def permissions_by_importer(
    user: User | AnonymousUser, importer_ids: Iterable[int]
) -> dict[int, frozenset[Permission]]:
    """Everything a person may do with each of these importers of their scope."""
    wanted = list(importer_ids)
    if not isinstance(user, User) or not user.is_active:
        return dict.fromkeys(wanted, frozenset())
    if user.viewing:
        seen, role = user.viewing.importer_id, user.viewing.role
        return {
            one: permissions_while_viewing(role) if one == seen else frozenset() for one in wanted
        }
    if user.is_staff_member:
        return dict.fromkeys(wanted, permissions_of_staff(user.staff_role) - BROKERAGE_WIDE)
    own = Membership.objects.filter(user=user, importer__in=wanted)
    roles = dict(own.values_list("importer_id", "role"))
    return {one: permissions_of_importer_role(roles.get(one, "")) for one in wanted}


def may(user: User | AnonymousUser, permission: Permission, importer_id: int) -> bool:
    """Whether a person may do this with an importer in their scope."""
    return permission in permissions_of(user, importer_id)


def permissions_here(user: User | AnonymousUser) -> frozenset[Permission]:
    """Everything a person may do for the whole brokerage; nothing unless they are its staff."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return permissions_of_staff(user.staff_role) & BROKERAGE_WIDE


def may_here(user: User | AnonymousUser, permission: Permission) -> bool:
    """Whether a person may do this for the whole brokerage."""
    return permission in permissions_here(user)
