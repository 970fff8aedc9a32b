"""These stories happen on 23 November 2026, a Monday."""

import zlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from clients.actions.documents import keep_document
from clients.models import DocumentVersion, Importer, User
from tests.conftest import PASSWORD, settle

TODAY = date(2026, 11, 23)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Keep = Callable[..., DocumentVersion]
Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


def pdf(text: str = "Bill of lading", stream: bytes | None = None) -> bytes:
    """A small PDF of one page with this text, or with this packed page content."""
    packed = zlib.compress(f"BT /F1 18 Tf 20 100 Td ({text}) Tj ET".encode("latin-1"))
    content = stream if stream is not None else packed
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % one for one in places
    )
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def upload(content: bytes | None = None, name: str = "bill.pdf") -> "ContentFile[bytes]":
    return ContentFile(pdf() if content is None else content, name=name)


@pytest.fixture
def keep(importer: Importer, analyst: User) -> Keep:
    """Keep a document as a test says it: `keep(title="…", kind="…")`; in an open scope."""

    def kept(content: bytes | None = None, name: str = "bill.pdf", **told: Any) -> DocumentVersion:
        usual: dict[str, Any] = {
            "importer": importer,
            "by": analyst,
            "kind": "cargo_control",
            "title": "Bill of lading",
        }
        return keep_document(content=upload(content, name), **(usual | told))

    return kept


@pytest.fixture
def second_administrator(db: None) -> User:
    person = User.objects.create_user(
        "second@broker.example", PASSWORD, full_name="Second", staff_role="administrator"
    )
    return settle(person)


@pytest.fixture
def signed_in() -> Browser:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser
