"""Kept files handed out, as somebody sent them: taken away, never shown as a page of ours."""

from typing import Any

from django.http import FileResponse


def kept_file(content: Any, file_name: str) -> FileResponse:
    """An open file as a download under the name it came with, of no type that a browser opens.

    Every answer says already that its type is not to be guessed and that nobody keeps it; one
    that is a file gets a policy under which nothing in it runs (`safe_answers`).
    """
    return FileResponse(
        content,
        as_attachment=True,
        filename=plain_name(file_name),
        content_type="application/octet-stream",
    )


def plain_name(file_name: str) -> str:
    """The name without a folder, and without what would not show: ends of line, turned writing."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable()) or "file"
