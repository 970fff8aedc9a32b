"""Kept files handed out: a browser neither shows nor guesses at them, and no cache keeps them."""

from typing import Any

from django.http import FileResponse


def kept_file(content: Any, file_name: str) -> FileResponse:
    """An open file as a download under the name it came with."""
    return FileResponse(
        content,
        as_attachment=True,
        filename=file_name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )
