"""The audit's vocabulary: every word that the code records is listed, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from carmsvc.platform.audit_words import ACTIONS, KINDS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("carmsvc", "clients", "delegation", "statements", "reconciliation", "training")
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts
}
Told = tuple[str, ast.expr]


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def tellers() -> dict[tuple[str, str], int]:
    """Functions that pass a word on to the audit, and at which place they take it: by module,
    those for everybody under no module.
    """
    known, before = {("", "record"): 0, ("", "record_for_brokerage"): 0}, 0
    functions = [
        (path, node)
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    while len(known) > before:
        before = len(known)
        for path, function in functions:
            names = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
            calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
            if "action" in names and any(_place(known, path, call) is not None for call in calls):
                module = path if function.name.startswith("_") else ""
                known.setdefault((module, function.name), names.index("action"))
    return known


def _place(known: dict[tuple[str, str], int], path: str, call: ast.Call) -> int | None:
    return known.get((path, called(call)), known.get(("", called(call))))


def words_told() -> Iterator[Told]:
    """(where, the word as it stands in the code) of everything that is recorded."""
    known = tellers()
    for path, tree in SOURCES.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            place = _place(known, path, call)
            if place is None:
                continue
            named = [one.value for one in call.keywords if one.arg == "action"]
            word = call.args[place] if len(call.args) > place else next(iter(named), None)
            if word is not None:
                yield f"{path}:{call.lineno}", word


def possible(path: str, word: ast.expr) -> list[str]:
    """The words that an expression may stand for: a name for what it is set to; a parameter for
    nothing, since it is looked at where it is given. Anything else is an error.
    """
    if isinstance(word, ast.Constant):
        return [str(word.value)]
    if isinstance(word, ast.IfExp):
        return [*possible(path, word.body), *possible(path, word.orelse)]
    if isinstance(word, ast.JoinedStr):
        parts = [
            re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in word.values
        ]
        found = [action for action in ACTIONS if re.fullmatch("".join(parts), action)]
        assert found, f"no listed action fits {ast.unparse(word)} in {path}"
        return found
    if isinstance(word, ast.Name):
        return [*_assigned(path, word.id)]
    raise AssertionError(f"{path}: say the word, not {ast.unparse(word)}")


def _assigned(path: str, name: str) -> Iterator[str]:
    tree = SOURCES[path.partition(":")[0]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and name in {getattr(t, "id", "") for t in node.targets}:
            yield from possible(path, node.value)


TOLD = list(words_told())


def test_the_search_really_finds_what_is_recorded() -> None:
    found = {word for path, expression in TOLD for word in possible(path, expression)}

    assert len(TOLD) > 40
    assert {"run finished", "variance explained", "role changed", "client group created"} <= found


@pytest.mark.parametrize(("where", "word"), TOLD, ids=[f"{where}" for where, _ in TOLD])
def test_every_word_recorded_is_listed(where: str, word: ast.expr) -> None:
    unknown = [one for one in possible(where, word) if one not in ACTIONS]

    assert unknown == [], f"{where}: list it in carmsvc/platform/audit_words/"


def test_nothing_is_listed_that_nobody_records() -> None:
    told = {word for where, expression in TOLD for word in possible(where, expression)}

    assert set(ACTIONS) - told == set()


def test_what_an_event_may_be_about_is_a_model_and_has_a_word_in_french() -> None:
    models = {model._meta.model_name for model in apps.get_models()}

    assert set(KINDS) - models == set()
    with translation.override("fr"):
        french = {kind: str(word) for kind, word in KINDS.items()}
    with translation.override("en"):
        assert {kind for kind, word in KINDS.items() if str(word) == french[kind]} <= {
            *("invitation", "document", "contact")
        }


@pytest.mark.parametrize("word", ACTIONS)
def test_an_action_has_a_name_and_a_sentence_in_both_languages(word: str) -> None:
    action = ACTIONS[word]
    with translation.override("en"):
        english = (str(action.name), str(action.did))
    with translation.override("fr"):
        french = (str(action.name), str(action.did))

    assert english[0][0].isupper()
    assert english[1][0].islower()
    assert not english[1].endswith(".")
    assert english[0] != french[0]
    assert english[1] != french[1]
