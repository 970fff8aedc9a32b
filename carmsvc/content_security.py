"""What a page may load and send, as its Content-Security-Policy says: no inline code."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from csp.constants import NONE, SELF


def content_directives(form_targets: Iterable[str]) -> dict[str, list[str]]:
    """The directives; a form may lead to us and to these addresses' hosts."""
    return {
        "default-src": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF, *map(_origin, form_targets)],
        "frame-ancestors": [NONE],
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
