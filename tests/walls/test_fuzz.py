"""Whatever the OpenAPI document allows, and some that it does not, asked as every role.

No answer is a failure of ours, and none tells a word of the other importer's. The suite asks a few
things of every operation, the same each time; `make fuzz` asks many, others each time.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import openapi
from schemathesis.generation import GenerationMode

from carmsvc.platform.openapi import openapi_document
from tests.walls.addresses import Address, operations
from tests.walls.asking import Answer, Asker, key_of
from tests.walls.cases import cases_of_api
from tests.walls.checking import Wall, nothing_found
from tests.walls.wishes import path_told
from tests.walls.world import Tenant

FEW = 4
WISHED = int(os.environ.get("FUZZ_EXAMPLES", FEW))  # of each operation
CASES = cases_of_api()
ADDRESSES = {path_told(one): one for one in operations() if one.name in CASES}
ROLES = ("owner", "viewer", "staff analyst", "administrator")
BASE = "http://testserver"
AS_ALWAYS = settings(
    max_examples=WISHED,
    derandomize=WISHED == FEW,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _ids(wall: Wall, address: Address, tenant: Tenant) -> dict[str, Any]:
    """What stands for the names in an address, as the document calls them."""
    told = dict(re.findall(r"{(\w+)}()", path_told(address)))
    values = wall.values(address, tenant)
    return {name: values.get(name, values.get("pk")) for name in told}


def _wishes(wall: Wall, operation: Any) -> Any:
    """Requests: anything; about our row; about theirs; wrong on purpose."""
    address = ADDRESSES[operation.full_path]
    about = [
        operation.as_strategy(path_parameters=_ids(wall, address, tenant))
        for tenant in (wall.ours, wall.theirs)
        if address.parameters
    ]
    wrong = operation.as_strategy(GenerationMode.NEGATIVE)
    return st.one_of(operation.as_strategy(), *about, wrong)


def _asked(asker: Asker, case: Any) -> tuple[str, Answer]:
    """Send a wish as it would go over the wire."""
    told = case.as_transport_kwargs(base_url=BASE)
    told.pop("cookies", None)
    wire = requests.Request(**told).prepare()
    content = wire.body.encode() if isinstance(wire.body, str) else wire.body or b""
    headers = {name: str(value) for name, value in wire.headers.items() if name != "Cookie"}
    answer = asker.send(case.method, wire.path_url, content, headers)
    return f"{asker.name}: {case.method} {wire.path_url} {content[:200]!r}", answer


def _findings(wall: Wall, asker: Asker, case: Any) -> Iterator[str]:
    told, answer = _asked(asker, case)
    if answer.status >= 500:
        yield f"{told}: {answer.status}"
    words = [] if asker.sees_everything else answer.markers(wall.theirs, told)
    yield from (f"{told}: tells “{word}”" for word in words)


@pytest.fixture
def many(ours: Tenant, theirs: Tenant, askers: list[Asker]) -> list[Asker]:
    """The roles that differ most, and a key that may everything."""
    key = key_of("writing key", ours, theirs, ours.analyst)
    return [*(one for one in askers if one.name in ROLES), key]


@pytest.fixture
def wall(ours: Tenant, theirs: Tenant, askers: list[Asker]) -> Wall:
    return Wall(ours, theirs, CASES, askers[-1])


def test_every_operation_of_the_document_has_its_case():
    assert set(openapi_document()["paths"]) - set(ADDRESSES) == set()


def test_whatever_is_asked_nothing_fails_and_nothing_is_told(wall: Wall, many: list[Asker]):
    found: dict[str, None] = {}
    schema = openapi.from_dict(openapi_document())
    for result in schema.get_all_operations():
        operation = result.ok()

        @AS_ALWAYS
        @given(case=_wishes(wall, operation))
        def tried(case: Any) -> None:
            for asker in many:
                found.update(dict.fromkeys(_findings(wall, asker, case)))

        tried()

    nothing_found(found)
