"""Every page, tried by everybody: with our ids, with the other importer's, in path, query, body."""

from typing import Any

import pytest

from tests.walls.addresses import pages
from tests.walls.asking import Asker
from tests.walls.cases import cases_of_pages
from tests.walls.checking import Wall, not_thought_of, nothing_found
from tests.walls.world import IMPORTER_ROLES, Tenant

CASES = cases_of_pages()
EVERYBODY = (
    "signed out",
    *IMPORTER_ROLES,
    "staff analyst",
    "staff viewer",
    "unassigned analyst",
    "administrator",
)


def test_every_page_has_a_case():
    nothing_found(not_thought_of(pages(), CASES))


def test_every_name_in_an_address_stands_for_something(ours: Tenant, theirs: Tenant, askers: Any):
    nothing_found(Wall(ours, theirs, CASES, askers[-1]).unknown_ids(pages()))


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_page_opens_for_those_it_is_for_and_tells_nothing_of_the_other_importer(
    ours: Tenant, theirs: Tenant, askers: list[Asker], name: str
):
    [asker] = [one for one in askers if one.name == name]

    nothing_found(Wall(ours, theirs, CASES, askers[-1]).try_pages(asker, pages()))


def test_everybody_tries(askers: list[Any]):
    assert [asker.name for asker in askers] == list(EVERYBODY)
