"""What a document may be about, told by the rooms themselves: a registry, as for deadlines.

A subject is a kind and a number; it must be the same importer's, which the wall and the filter
here both see to.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import reverse


@dataclass(frozen=True)
class SubjectKind:
    """A kind of thing: its word, its tenant table (`app.Model`), and the name of its page."""

    name: str
    label: Any
    model: str
    page: str


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
    return reverse(_kinds[kind].page, args=[pk]) if kind in _kinds else ""


def label_of(kind: str) -> Any:
    """The word for a kind of subject."""
    return _kinds[kind].label if kind in _kinds else kind
