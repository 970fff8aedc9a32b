"""What a person still owns, collected from the rooms that know.

Like readiness checks: a room registers a function, and the page of a leaver asks them all.
A function gets the person, runs in the scope of every importer, and answers rows for people.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Owned:
    """One thing that still hangs on a person: what it is, where it stands, whose it is."""

    what: Any
    address: str
    importer: Any


Answer = Callable[[Any], Iterable[Owned]]
_answers: list[Answer] = []


def register(answer: Answer) -> Answer:
    """Add a function that is asked for every leaver."""
    _answers.append(answer)
    return answer


def owned_by(person: Any) -> list[Owned]:
    """Everything the rooms say that a person still owns."""
    return [owned for answer in _answers for owned in answer(person)]
