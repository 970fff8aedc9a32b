"""An answer with why: steps as codes and their facts, which people read as sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """One reason: its code, and the days, counts and sources that its sentence names."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def step(code: str, **facts: Any) -> Step:
    """A step with its facts."""
    return Step(code, facts)
