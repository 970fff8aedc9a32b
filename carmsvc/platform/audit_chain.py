"""Is a chain whole? Walked link by link, in slices, so that a million events fit in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from carmsvc.platform.audit import GENESIS, AuditEvent, BrokerageEvent, ChainedEvent
from carmsvc.platform.tenancy import importer_scope

SLICE = 5_000  # events read in one transaction
MOST_TOLD = 1_000  # problems listed of one chain; the others are counted

_WORDS = {
    "missing": "event {sequence} is missing",
    "out of place": "event {sequence} is out of place",
    "unchained": "event {sequence} does not follow the event before it",
    "edited": "event {sequence} was edited",
    "cut off": "event {sequence} was the last one once and is gone",
    "replaced": "event {sequence} is not the one it was",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a chain: at which event, and what (a key of `_WORDS`)."""

    sequence: int
    what: str
    up_to: int | None = None  # the last of several that are missing

    def __str__(self) -> str:
        if self.up_to:
            return f"events {self.sequence} to {self.up_to} are missing"
        return _WORDS[self.what].format(sequence=self.sequence)

    def to_json(self) -> dict[str, Any]:
        told = {"sequence": self.sequence, "what": self.what, "message": str(self)}
        return told | ({"up_to": self.up_to} if self.up_to else {})


@dataclass(frozen=True)
class Head:
    """The last event of a chain: whoever keeps this can tell later whether it was cut off."""

    sequence: int
    own_hash: str


@dataclass
class Walk:
    """How far a chain was walked, and what was found. `known` are heads kept elsewhere."""

    importer_id: int | None
    known: Iterable[Head] = ()
    head: Head = Head(0, GENESIS)
    events: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._kept: dict[int, set[str]] = {}
        for head in self.known:
            if head.sequence:
                self._kept.setdefault(head.sequence, set()).add(head.own_hash)

    def through(self, event: ChainedEvent) -> None:
        """Go on to the next event of the chain."""
        expected = self.head.sequence + 1
        if event.sequence > expected:
            last = event.sequence - 1
            self._tell(Problem(expected, "missing", last if last > expected else None))
        elif event.sequence < expected:
            self._tell(Problem(event.sequence, "out of place"))
        if event.previous_hash != self.head.own_hash:
            self._tell(Problem(event.sequence, "unchained"))
        if event.own_hash != event.computed_hash():
            self._tell(Problem(event.sequence, "edited"))
        if self._kept.pop(event.sequence, set()) - {event.own_hash}:
            self._tell(Problem(event.sequence, "replaced"))
        self.events, self.head = self.events + 1, Head(event.sequence, event.own_hash)

    def arrive(self) -> None:
        """The chain has no further event; heads that were not met are gone."""
        for sequence in sorted(self._kept):
            self._tell(Problem(sequence, "cut off"))

    def _tell(self, problem: Problem) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)


def walked(
    importer_id: int | None,
    known: Iterable[Head] = (),
    after_slice: Callable[[], None] = lambda: None,
) -> Walk:
    """Walk the chain of an importer, or of the brokerage (None), from its first event to the
    last. Opens the scope it needs; `after_slice` is called between transactions.
    """
    walk = Walk(importer_id, known)
    last: int | None = None
    while events := _slice_after(importer_id, last):
        for event in events:
            walk.through(event)
        last = events[-1].sequence
        after_slice()
    walk.arrive()
    return walk


def _slice_after(importer_id: int | None, last: int | None) -> list[Any]:
    with importer_scope(() if importer_id is None else importer_id):
        chain = events_of(importer_id)
        if last is not None:
            chain = chain.filter(sequence__gt=last)
        return list(chain.order_by("sequence", "id")[:SLICE])


def events_of(importer_id: int | None) -> QuerySet[Any]:
    """The events of an importer's chain, or of the brokerage's (None)."""
    if importer_id is None:
        return BrokerageEvent.objects.all()
    return AuditEvent.objects.filter(importer_id=importer_id)


def head_of(importer_id: int | None) -> Head:
    """The last event of a chain in the open scope."""
    last = events_of(importer_id).order_by("-sequence").first()
    return Head(last.sequence, last.own_hash) if last else Head(0, GENESIS)


def broken_links(importer_id: int | None) -> list[str]:
    """What is wrong with a chain, in words."""
    return [str(problem) for problem in walked(importer_id).problems]


def kept_heads(document: Mapping[str, Any]) -> Iterator[tuple[int | None, Head]]:
    """(importer, head) of each chain in what `verify_audit --json` printed once.

    Raises ValueError when it is not such a document.
    """
    try:
        for chain in document["chains"]:
            head = chain["head"]
            yield chain["importer"], Head(int(head["sequence"]), str(head["hash"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not an answer of verify_audit --json: {error!r}") from None
