"""JSON that comes in: only what can be kept and sent back."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class PlainJson(JSONParser):
    """JSON without halves of characters, and not nested deeper than Python can follow."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            said = super().parse(stream, media_type, parser_context)
            holds_half = _holds_half(said)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        if holds_half:
            raise ParseError("This JSON holds half of a surrogate pair, which is no character.")
        return said


def _holds_half(said: Any) -> bool:
    """Whether a text in it, a name included, is none that UTF-8 has."""
    if isinstance(said, str):
        return any("\ud800" <= letter <= "\udfff" for letter in said)
    if isinstance(said, dict):
        return any(_holds_half(part) for pair in said.items() for part in pair)
    return isinstance(said, list) and any(map(_holds_half, said))
