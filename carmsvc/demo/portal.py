"""People in the portal: an importer where all is well, one manager, a leaver, a round under way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from carmsvc.demo.cast import CASCADE, MAPLE
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal import give_role, note_departure, record_portal_user, verify_role
from clients.actions.portal_verifications import start_verification
from clients.models import Importer, PortalUser, ProgramAccount, User
from clients.queries import importer_numbered

YOUNG = 20  # days since they were verified


@dataclass(frozen=True)
class Person:
    """Somebody in the portal; `account` is which of the importer's, counted from 1."""

    name: str
    email: str
    role: str
    account: int = 0
    kind: str = "employee"
    verified_days_ago: int | None = YOUNG
    left_days_ago: int | None = None
    until_days_ago: int | None = None


HEALTHY = "100000009"
PEOPLE = {
    MAPLE.bn9: (
        Person("Olivia Chen", "olivia.chen@maplefurniture.example", "bam"),
        Person("Marc Petit", "marc.petit@maplefurniture.example", "bam", left_days_ago=26),
        Person("Grace Lin", "grace.lin@maplefurniture.example", "editor", 1),
        Person("Warehouse", "warehouse@maplefurniture.example", "reader", 2,
               verified_days_ago=130),
        Person("Harbour Street Desk", "dana.holt@harbourstreet.example", "pam", 2, "broker"),
    ),
    HEALTHY: (
        Person("Ingrid Berg", "ingrid.berg@northernoptics.example", "bam"),
        Person("Tomas Vega", "tomas.vega@northernoptics.example", "bam"),
        Person("Anna Kowalski", "anna.kowalski@northernoptics.example", "editor", 1),
    ),
    CASCADE: (
        Person("Priya Raman", "priya.raman@cascademedical.example", "bam"),
        Person("George Whitford", "george.whitford@cascademedical.example", "bam"),
    ),
    "106789019": (
        Person("Hank Dorsey", "hank.dorsey@greatlakestooling.example", "bam"),
        Person("Alma Ruiz", "alma.ruiz@greatlakestooling.example", "bam"),
    ),
    "102345675": (
        Person("Josée Poulin", "josee.poulin@erabliere-beauce.example", "bam"),
        Person("Luc Gagné", "luc.gagne@erabliere-beauce.example", "reader"),
    ),
    "103456786": (
        Person("Derek Olsen", "derek.olsen@prairieseed.example", "editor", 1,
               until_days_ago=12),
        Person("Kim Parker", "kim.parker@tradewise.example", "bam", kind="consultant",
               verified_days_ago=None),
    ),
}  # fmt: skip


def seed_portal(by: User) -> None:
    """Make what is not there yet."""
    for bn9, people in PEOPLE.items():
        importer = importer_numbered(bn9)
        with importer_scope(importer.pk):
            if not PortalUser.objects.filter(importer=importer).exists():
                _seed(importer, people, by)


def _seed(importer: Importer, people: Iterable[Person], by: User) -> None:
    accounts = list(ProgramAccount.objects.filter(importer=importer).order_by("bn15"))
    for one in people:
        _record(importer, one, accounts, by)
    if importer.bn9 == MAPLE.bn9:
        today = today_in_toronto()
        start_verification(importer=importer, due_on=today + timedelta(days=9), by=by, today=today)


def _record(importer: Importer, told: Person, accounts: list[ProgramAccount], by: User) -> None:
    today = today_in_toronto()
    on = today - timedelta(days=200)
    person = record_portal_user(
        importer=importer, name=told.name, email=told.email, kind=told.kind, by=by, today=on
    )
    until = None if told.until_days_ago is None else today - timedelta(days=told.until_days_ago)
    role = give_role(
        portal_user=person,
        role=told.role,
        account=accounts[told.account - 1] if told.account else None,
        from_on=on,
        until_on=until,
        evidence="Screenshot of the list of employees in the portal",
        by=by,
        today=on,
    )
    if told.verified_days_ago is not None:
        seen_on = today - timedelta(days=told.verified_days_ago)
        verify_role(role=role, on=seen_on, today=today, by=by)
    if told.left_days_ago is not None:
        left_on = today - timedelta(days=told.left_days_ago)
        note_departure(portal_user=person, left_on=left_on, by=by)
