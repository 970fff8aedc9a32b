"""Letters that are no answer: ignored, set aside in sight, settled; how letters come in."""

import io
import json
import mailbox
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions import received_letters
from clients.actions.support import take_step
from clients.models import (
    Contact,
    ReceivedLetter,
    SupportMessage,
    SupportRequest,
    User,
)
from clients.rules.support import Wish
from tests.support.conftest import Ask, Browser
from tests.support.letters import address_for, comes_in, letter


def texts(request: SupportRequest) -> list[str]:
    with importer_scope(request.importer_id):
        return list(SupportMessage.objects.order_by("id").values_list("text", flat=True))


@pytest.fixture
def answered(ask: Ask, analyst: User) -> SupportRequest:
    """A question of finance's that waits for its answer."""
    request = ask()
    with importer_scope(request.importer_id):
        take_step(
            request=request, wish=Wish.ASK_CLIENT, by=analyst, now=timezone.now(),
            text="Which month?",
        )  # fmt: skip
    return request


def aside(kept: ReceivedLetter) -> tuple[str, str]:
    return kept.state, kept.reason


def test_a_closed_request_takes_no_letter_but_keeps_it_in_sight(
    answered: SupportRequest, finance: User, analyst: User
) -> None:
    with importer_scope(answered.importer_id):
        for wish in (Wish.SOLVE, Wish.CLOSE):
            take_step(request=answered, wish=wish, by=analyst, now=timezone.now())
    kept = comes_in(letter(finance.email, address_for(answered, finance)))
    assert (aside(kept), kept.text) == (("set_aside", "closed"), "October’s.")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: x\n\n",
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain;"
        b" charset=klingon\n\nqapla\xff\n--a--",
        b"From: a@b.example\nContent-Type: text/plain; charset=klingon\n\nqapla\xff",
        b"From: =?utf-8?b?/w==?= <a@b.example>\nTo: @@@\nSubject: =?x?q?y?=\n\nwords",
    ],
)
@pytest.mark.django_db(databases=["default", "owner"])
def test_what_is_no_letter_breaks_nothing(raw: bytes) -> None:
    assert comes_in(raw).state in ("ignored", "set_aside")


def test_an_administrator_answers_a_letter_set_aside_as_one_from_the_public(
    answered: SupportRequest, administrator: User, signed_in: Browser
) -> None:
    kept = comes_in(letter("new@client.example", "help@mail.northgate.example", "Can you help?"))
    browser = signed_in(administrator)
    browser.post(f"/received-letters/{kept.pk}/contact/")

    [contact] = Contact.objects.all()
    assert (contact.address, contact.source) == ("new@client.example", "mail")
    kept.refresh_from_db()
    assert (kept.state, kept.settled_by, kept.text) == ("settled", administrator, "")
    browser.post(f"/received-letters/{kept.pk}/contact/")
    assert Contact.objects.count() == 1


def test_a_password_by_e_mail_is_not_kept_and_who_looks_is_told_why(
    answered: SupportRequest, finance: User
) -> None:
    text = "My password is Tulip-4471!"
    kept = comes_in(letter(finance.email, address_for(answered, finance), text))
    assert (aside(kept), kept.text, bytes(kept.raw)) == (("set_aside", "secret"), "", b"")
    assert len(texts(answered)) == 2


def test_an_administrator_dismisses_a_letter_and_its_words_go(
    administrator: User, signed_in: Browser
) -> None:
    kept = comes_in(letter("spam@x.example", "help@mail.northgate.example", "Buy!"))
    signed_in(administrator).post(f"/received-letters/{kept.pk}/dismissal/")
    kept.refresh_from_db()
    assert (kept.state, kept.sender, kept.title, kept.text) == ("settled", "", "", "")


def ran(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("receive_mail", "--json", *arguments, stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_command_takes_a_letter_from_a_pipe(
    answered: SupportRequest, finance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = letter(finance.email, address_for(answered, finance)).as_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert ran()["counts"] == {"letters": 1, "accepted": 1}
    assert texts(answered)[-1] == "October’s."


def test_the_command_reads_mailboxes_as_often_as_one_likes(
    answered: SupportRequest, finance: User, tmp_path: Path
) -> None:
    box = mailbox.mbox(tmp_path / "box")
    folder = mailbox.Maildir(tmp_path / "folder")
    for place, name in ((box, "1"), (box, "2"), (folder, "3")):
        to = address_for(answered, finance)
        place.add(letter(finance.email, to, f"Word {name}.", Message_ID=f"<{name}@x>"))
    box.flush()

    for _ in range(2):
        assert ran("--mbox", str(tmp_path / "box"))["counts"] == {"letters": 2, "accepted": 2}
        assert ran("--maildir", str(tmp_path / "folder"))["counts"] == {"letters": 1, "accepted": 1}
    assert texts(answered)[2:] == ["Word 1.", "Word 2.", "Word 3."]


def test_the_command_says_which_place_is_not_there(capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        ran("/nowhere")
    assert ended.value.code == 1


def test_the_webhook_s_door_takes_a_letter_once_from_administrators_only(
    answered: SupportRequest, finance: User, administrator: User, signed_in: Browser
) -> None:
    raw = letter(finance.email, address_for(answered, finance)).as_bytes()

    def hand_over(person: User) -> Any:
        file = io.BytesIO(raw)
        file.name = "letter.eml"
        return signed_in(person).post("/api/v1/received-letters/", {"letter": file})

    assert hand_over(finance).status_code == 403
    first, second = hand_over(administrator), hand_over(administrator)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["state"] == "received"
    received_letters.read_letter(first.json()["id"])
    assert texts(answered).count("October’s.") == 1


def test_a_letter_that_is_too_large_is_refused(settings: Any, administrator: User) -> None:
    settings.RECEIVED_LETTER_MOST_BYTES = 10
    message = EmailMessage()
    message.set_content("Much more than ten.")
    with pytest.raises(Refused, match="larger than we take"):
        comes_in(message)
