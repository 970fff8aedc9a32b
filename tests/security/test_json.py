"""JSON that no sender means well with: refused with its reason, and never a failure of ours."""

import json
from typing import Any

import pytest

from tests.api.conftest import Caller, key_for, problem
from tests.test_repository import tracked

__all__ = ["key_for"]

TOO_DEEP = ["[" * 100_000, '{"a":' * 50_000, '{"statement":' + "[" * 3_000 + "]" * 3_000 + "}"]
HALVES = [
    r'{"statement": "\ud83d"}',
    r'{"statement": ["\udc00"]}',
    r'{"\ud800": 1}',
    r'{"a": {"b": [{"c": "x\ud800y"}]}}',
]
NO_JSON = ["", "[", "{", "nul", "\xff\xfe", "1e999999999", "9" * 5_000, '{"a": NaN}', "-Infinity"]


@pytest.fixture
def api(analyst: Any, importer: Any, key_for: Any) -> Caller:
    return key_for(analyst, importer)


def sent(api: Caller, body: str) -> dict[str, Any]:
    told = {"content_type": "application/json", "headers": api.headers}
    return problem(api.client.post("/api/v1/match-runs/", body.encode("latin-1"), **told), 400)


@pytest.mark.parametrize("body", TOO_DEEP)
def test_json_nested_without_end_is_refused(api: Caller, body: str) -> None:
    assert sent(api, body)["detail"] == "This JSON is nested too deeply."


@pytest.mark.parametrize("body", HALVES)
def test_half_a_character_is_refused(api: Caller, body: str) -> None:
    told = sent(api, body)["detail"]

    assert told == "This JSON holds half of a surrogate pair, which is no character."


def test_a_whole_pair_is_a_character(api: Caller) -> None:
    told = sent(api, r'{"statement": "\ud83d\ude00"}')

    assert told["errors"][0]["field"] == "statement"


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_no_json_is_refused(api: Caller, body: str) -> None:
    sent(api, body)


@pytest.mark.parametrize("value", ["\0", ["\0"], {"a": "\0"}, 10**40, -1, 1e308, [], {}, True])
def test_an_odd_value_is_refused_by_name(api: Caller, value: Any) -> None:
    told = sent(api, json.dumps({"statement": value}))

    assert told["errors"][0]["field"].startswith("statement")


def test_no_door_reads_json_another_way() -> None:
    plain = "from rest_framework.parsers import JSONParser"
    found = [path.name for path in tracked("*.py") if plain in path.read_text()]

    assert found == ["parsers.py", "test_json.py"]
