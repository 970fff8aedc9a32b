"""What a document or a request for help may be about, told by the rooms: a registry.

A subject is a kind and a number; it must be the same importer's, which the wall and the filter
here both see to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import reverse


@dataclass(frozen=True)
class SubjectKind:
    """A kind of thing: its word, its tenant table (`app.Model`), and the name of its page.

    `place` gives the address of a thing that has no page of its own, from its row; `words` what
    people call it.
    """

    name: str
    label: Any
    model: str
    page: str = ""
    place: Callable[[Any], str] | None = None
    words: Callable[[Any], str] = str


_kinds: dict[str, SubjectKind] = {}


def register(kind: SubjectKind) -> None:
    """Add a kind of subject; called when an app is ready."""
    _kinds[kind.name] = kind


def subject_kinds() -> list[SubjectKind]:
    """Every kind of subject, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def subject_of(importer_id: int, kind: str, pk: int) -> Any:
    """The row a document is about, if it is there and this importer's; else None."""
    if kind not in _kinds:
        return None
    model: Any = apps.get_model(_kinds[kind].model)
    return model.objects.filter(importer=importer_id, pk=pk).first()


def address_of(kind: str, pk: int) -> str:
    """The page of a subject; empty for a kind that is registered no more."""
    found = _kinds.get(kind)
    if found is None:
        return ""
    if found.place is None:
        return reverse(found.page, args=[pk])
    model: Any = apps.get_model(found.model)
    row = model.objects.filter(pk=pk).first()
    return found.place(row) if row else ""


def words_of(kind: str, row: Any) -> str:
    """What people call a subject: `Statement line 12345…`."""
    return f"{_kinds[kind].label} {_kinds[kind].words(row)}".strip()


def label_of(kind: str) -> Any:
    """The word for a kind of subject."""
    return _kinds[kind].label if kind in _kinds else kind
