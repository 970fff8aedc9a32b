"""Every address of the API, tried by everybody: people with a session, and keys of every kind."""

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.models import StaffAssignment, User
from tests.conftest import PASSWORD, settle
from tests.walls.addresses import operations
from tests.walls.asking import KEYS, Asker, key_of
from tests.walls.cases import cases_of_api
from tests.walls.checking import Wall, not_thought_of, nothing_found
from tests.walls.test_pages import EVERYBODY
from tests.walls.wishes import fields_untried, filters_unknown
from tests.walls.world import Tenant

CASES = cases_of_api()
ADDRESSES = [one for one in operations() if "^" not in one.route]  # the last one is for the rest


@pytest.fixture
def both(ours: Tenant, theirs: Tenant) -> User:
    """An analyst who looks after both importers."""
    person = User.objects.create_user("both@broker.example", PASSWORD, staff_role="analyst")
    for tenant in (ours, theirs):
        with importer_scope(tenant.importer.pk):
            StaffAssignment.objects.create(importer=tenant.importer, user=person)
    return settle(person)


@pytest.fixture
def wall(ours: Tenant, theirs: Tenant, askers: list[Asker]) -> Wall:
    neighbour = Asker("neighbour")
    neighbour.client.force_login(theirs.analyst)
    return Wall(ours, theirs, CASES, askers[-1], neighbour)


def test_every_address_has_a_case():
    nothing_found(not_thought_of(ADDRESSES, CASES))


def test_every_name_in_an_address_stands_for_something(wall: Wall):
    nothing_found(wall.unknown_ids(ADDRESSES))


def test_every_filter_and_every_field_that_takes_an_id_is_tried(ours: Tenant):
    nothing_found(
        finding
        for address in ADDRESSES
        if address.name in CASES
        for finding in (
            *filters_unknown(address, ours),
            *fields_untried(address, CASES[address.name], ours),
        )
    )


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_api_answers_those_it_is_for_and_tells_nothing_of_the_other_importer(
    wall: Wall, askers: list[Asker], name: str
):
    [asker] = [one for one in askers if one.name == name]

    nothing_found(wall.try_pages(asker, ADDRESSES))


@pytest.mark.parametrize("name", KEYS)
def test_a_key_opens_what_it_was_made_for(
    ours: Tenant, theirs: Tenant, wall: Wall, both: User, name: str
):
    nothing_found(wall.try_pages(key_of(name, ours, theirs, both), ADDRESSES))


def test_the_other_importers_key_finds_nothing_of_ours(
    ours: Tenant, theirs: Tenant, askers: list[Asker], both: User
):
    key = key_of("writing key", theirs, ours, both)

    nothing_found(Wall(theirs, ours, CASES, askers[-1]).try_pages(key, ADDRESSES))
