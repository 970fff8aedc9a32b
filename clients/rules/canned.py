"""Prepared answers: text with places that are filled with facts, once, and never run."""

import re
from collections.abc import Mapping

PLACES = ("name", "importer", "number", "title", "case", "staff")
_PLACE = re.compile(r"\{([^{}]*)\}")


def unknown_places(text: str) -> list[str]:
    """What stands in braces and is no place, in order."""
    return list(dict.fromkeys(one for one in _PLACE.findall(text) if one not in PLACES))


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with its places filled. A fact is put in as it is: braces in it stay braces."""
    return _PLACE.sub(lambda found: facts.get(found[1], found[0]), text)
