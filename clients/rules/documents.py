"""What kinds of documents there are, and what a file really is by its first bytes."""

import unicodedata
from enum import StrEnum

LARGEST = 50 * 2**20  # bytes of one file
BEGINNING = 4096  # bytes that tell what a file is

PDF, PNG, JPEG, TIFF = "application/pdf", "image/png", "image/jpeg", "image/tiff"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIL, TEXT = "message/rfc822", "text/plain"
SHOWN_INLINE = frozenset({PDF, PNG, JPEG})
ENDINGS = {
    PDF: ".pdf", PNG: ".png", JPEG: ".jpg", TIFF: ".tif", SHEET: ".xlsx", WORD: ".docx",
    TEXT: ".txt",
}  # fmt: skip
_BEGINNINGS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)


class Retention(StrEnum):
    """From which day the years of keeping a document count."""

    IMPORTATION = "importation"  # the day the goods were imported
    LAST_DAY_IN_FORCE = "last_day_in_force"  # an agreement, ruling, permit or security ends


STANDING_KINDS = frozenset(
    {"agency_agreement", "certificate_of_origin", "permit", "ruling", "security_instrument"}
)


def retention_of(kind: str) -> Retention:
    """How a kind of document is kept: for an importation, or for as long as it stands."""
    return Retention.LAST_DAY_IN_FORCE if kind in STANDING_KINDS else Retention.IMPORTATION


def content_type_of(beginning: bytes, file_name: str) -> str | None:
    """What a file is by its content; None for what is not taken.

    A PDF, a picture or an Office file says so in its first bytes, whatever it is called. Plain
    text says nothing, so it must be called .txt and hold no markup. An Office file is a ZIP
    archive: its name only chooses between a workbook and a letter, and nothing is ever opened here.
    """
    for magic, found in _BEGINNINGS:
        if beginning.startswith(magic):
            return found
    name = file_name.lower()
    if beginning.startswith(b"PK\x03\x04"):
        return {".xlsx": SHEET, ".docx": WORD}.get(name[name.rfind(".") :])
    if name.endswith(".txt") and _is_plain(beginning):
        return TEXT
    return None


def _is_plain(beginning: bytes) -> bool:
    head = beginning.lstrip().lower()
    return bool(head) and b"\x00" not in beginning and not head.startswith((b"<", b"%!", b"#!"))


def folded(text: str) -> str:
    """Text as it is searched for: small letters without accents (« Réponse » finds « reponse »)."""
    apart = unicodedata.normalize("NFKD", text.replace("\x00", " "))
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()
