"""E-mail out and in: who may write, what is new, nothing twice, nothing lost out of sight."""

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from carmsvc.platform.outbox import Letter, put_letter, send_letter
from carmsvc.platform.tenancy import importer_scope
from carmsvc.platform.work import claim
from clients.actions import received_letters
from clients.actions.reply_addresses import ReplyTo, reply_address, reply_to_of
from clients.actions.support import take_step, write_message
from clients.models import (
    Document,
    Importer,
    Membership,
    ReceivedLetter,
    SupportMessage,
    SupportRequest,
    User,
)
from clients.rules.letters import WRITE_ABOVE
from clients.rules.support import Wish
from clients.tasks import collect_received_letters
from tests.support.conftest import Ask, Browser, as_now
from tests.support.letters import address_for, comes_in, letter

PDF = b"%PDF-1.7 page"


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


def test_a_letter_says_where_its_answer_goes_and_what_it_belongs_to(
    answered: SupportRequest, finance: User
) -> None:
    told = Letter.objects.get(to_address=finance.email)
    send_letter(told.pk)

    [sent] = mail.outbox
    root = f"<{answered.number.lower()}@localhost>"
    assert sent.subject == f"[{answered.number}] Billed twice?"
    assert sent.extra_headers["Reply-To"] == address_for(answered, finance)
    assert sent.extra_headers["References"] == sent.extra_headers["In-Reply-To"] == root
    assert sent.extra_headers["Message-ID"] == told.message_id
    assert sent.body.startswith(WRITE_ABOVE["en"])
    assert "Which month?" in sent.body
    assert "Which month?" in sent.alternatives[0].content


def test_a_person_reads_in_their_own_language(ask: Ask, analyst: User, finance: User) -> None:
    User.objects.filter(pk=finance.pk).update(language="fr")
    request = ask()
    with importer_scope(request.importer_id):
        write_message(request=request, by=analyst, text="Laquelle ?", now=timezone.now())
    body = Letter.objects.get(to_address=finance.email).text
    assert body.startswith(WRITE_ABOVE["fr"])


def test_a_letter_sets_no_other_header_and_breaks_no_line() -> None:
    with pytest.raises(ValueError, match="Bcc"):
        put_letter(to="a@b.example", subject="x", text="y", headers={"Bcc": "c@d.example"})


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_line_break_in_a_header_is_none() -> None:
    told = put_letter(
        to="a@b.example", subject="x", text="y", headers={"References": "<a@b>\r\nBcc: c@d.example"}
    )
    assert told is not None
    assert told.headers == {"References": "<a@b> Bcc: c@d.example"}


def test_an_answer_by_e_mail_comes_on_its_request_without_what_it_quotes(
    answered: SupportRequest, finance: User
) -> None:
    quoted = f"October’s.\n\nOn Monday Sam wrote:\n> {WRITE_ABOVE['en']}\n> Which month?\n"
    kept = comes_in(letter(finance.email, address_for(answered, finance), quoted))

    assert texts(answered)[-1] == "October’s."
    assert as_now(answered).state == "open"
    assert (kept.state, kept.raw, kept.sender, kept.title, kept.text) == (
        *("accepted", b"", "", "", ""),
    )


def test_the_same_letter_delivered_twice_is_one_message(
    answered: SupportRequest, finance: User
) -> None:
    message = letter(finance.email, address_for(answered, finance))
    first, second = comes_in(message), comes_in(message)

    assert first.pk == second.pk
    assert texts(answered).count("October’s.") == 1


def test_two_workers_at_one_letter_make_one_message(
    answered: SupportRequest, finance: User
) -> None:
    raw = letter(finance.email, address_for(answered, finance)).as_bytes()
    kept = received_letters.receive_letter(raw=raw)
    assert claim(ReceivedLetter, kept.pk) is not None  # the other worker has it
    assert received_letters.read_letter(kept.pk) is False
    assert texts(answered).count("October’s.") == 0


def test_a_crash_while_reading_leaves_it_to_be_read_again_once(
    answered: SupportRequest, finance: User, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    message = letter(finance.email, address_for(answered, finance))
    whole = received_letters._write

    def dies(*told: Any) -> None:
        whole(*told)
        raise RuntimeError("the power went")

    monkeypatch.setattr(received_letters, "_write", dies)
    kept = comes_in(message)
    assert (kept.state, texts(answered).count("October’s.")) == ("received", 0)

    monkeypatch.setattr(received_letters, "_write", whole)
    clock.shift(3600)
    collect_received_letters()
    received_letters.read_letter(kept.pk)
    assert texts(answered).count("October’s.") == 1


def test_what_fails_three_times_is_parked_in_sight(
    answered: SupportRequest,
    finance: User,
    administrator: User,
    signed_in: Browser,
    monkeypatch: pytest.MonkeyPatch,
    clock: Any,
) -> None:
    def dies(*told: Any) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(received_letters, "_write", dies)
    kept = comes_in(letter(finance.email, address_for(answered, finance)))
    for _ in range(2):
        clock.shift(3600)
        received_letters.read_letter(kept.pk)
    assert ReceivedLetter.objects.get().parked_at is not None
    page = signed_in(administrator).get("/received-letters/").content.decode()
    assert "Reading it failed three times." in page


def test_a_file_comes_as_a_document_and_one_that_is_not_taken_is_named(
    answered: SupportRequest, finance: User, importer: Importer
) -> None:
    message = letter(finance.email, address_for(answered, finance))
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="october.pdf")
    message.add_attachment(b"MZ\x90", maintype="application", subtype="pdf", filename="x.pdf")
    comes_in(message)

    with importer_scope(importer.pk):
        [document] = Document.objects.all()
    assert (document.title, document.subject_id) == ("october.pdf", answered.pk)
    assert texts(answered)[-1] == (
        "October’s.\n\n[Not kept, because files like these are not taken: x.pdf]"
    )


def test_a_letter_of_a_file_alone_is_a_message(answered: SupportRequest, finance: User) -> None:
    message = letter(finance.email, address_for(answered, finance), "")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="october.pdf")
    assert comes_in(message).state == "accepted"
    assert texts(answered)[-1] == "Files are attached."


def test_an_html_letter_gives_its_words(answered: SupportRequest, finance: User) -> None:
    message = letter(finance.email, address_for(answered, finance))
    message.set_content("<p>October’s.</p><script>alert(1)</script>", subtype="html")
    comes_in(message)
    assert texts(answered)[-1] == "October’s."


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto-Submitted": "auto-replied"}, "auto_submitted"),
        ({"Auto-Submitted": "auto-generated"}, "auto_submitted"),  # our own, come back
        ({"Precedence": "bulk"}, "bulk"),
        ({"List-Id": "<x.example>"}, "bulk"),
    ],
)
def test_machines_get_no_word_in(
    answered: SupportRequest, finance: User, headers: dict[str, str], reason: str
) -> None:
    told = {name.replace("-", "_"): value for name, value in headers.items()}
    kept = comes_in(letter(finance.email, address_for(answered, finance), **told))
    assert (kept.state, kept.reason) == ("ignored", reason)
    assert len(texts(answered)) == 2
    assert Letter.objects.count() == 2  # nobody is written to about it


def test_our_own_letter_that_comes_back_is_ignored(answered: SupportRequest, finance: User) -> None:
    send_letter(Letter.objects.get(to_address=finance.email).pk)
    ours = mail.outbox[0].message()
    del ours["To"]
    ours["To"] = address_for(answered, finance)
    assert comes_in(ours.as_bytes()).state == "ignored"
    assert len(texts(answered)) == 2


def aside(kept: ReceivedLetter) -> tuple[str, str]:
    return kept.state, kept.reason


def test_who_may_not_write_is_set_aside_in_sight(
    answered: SupportRequest,
    finance: User,
    analyst: User,
    other_finance: User,
    staff_viewer: User,
    administrator: User,
    signed_in: Browser,
) -> None:
    to = address_for(answered, finance)
    said = {
        "a stranger": letter("somebody@else.example", to, Message_ID="<2@x>"),
        "another importer's": letter(other_finance.email, to, Message_ID="<3@x>"),
        "our own, with the client's address": letter(analyst.email, to, Message_ID="<4@x>"),
    }
    assert {who: aside(comes_in(message)) for who, message in said.items()} == {
        "a stranger": ("set_aside", "stranger"),
        "another importer's": ("set_aside", "other_address"),
        "our own, with the client's address": ("set_aside", "other_address"),
    }
    own = address_for(answered, staff_viewer)
    assert aside(comes_in(letter(staff_viewer.email, own, Message_ID="<5@x>"))) == (
        *("set_aside", "stranger"),
    )
    theirs = address_for(answered, other_finance)
    assert aside(comes_in(letter(other_finance.email, theirs, Message_ID="<6@x>"))) == (
        *("set_aside", "stranger"),
    )
    assert len(texts(answered)) == 2
    page = signed_in(administrator).get("/received-letters/").content.decode()
    assert "somebody@else.example" in page
    assert signed_in(analyst).get("/received-letters/").status_code == 403


def test_who_has_left_may_not_write(answered: SupportRequest, finance: User) -> None:
    with importer_scope(answered.importer_id):
        Membership.objects.filter(user=finance).delete()
    kept = comes_in(letter(finance.email, address_for(answered, finance)))
    assert aside(kept) == ("set_aside", "stranger")


def test_an_address_that_was_not_made_here_opens_nothing(
    answered: SupportRequest, finance: User, settings: Any
) -> None:
    good = address_for(answered, finance)
    signature = good.split("@")[0].rsplit("-", 1)[1]
    for to in (
        "help@mail.northgate.example",
        good.replace(signature, "a" * 24),
        good.replace(signature, signature[:-1] + ("a" if signature[-1] != "a" else "b")),
        good.replace("@mail.northgate.example", "@evil.example"),
        "reply+c-1-" + signature + "@mail.northgate.example",
    ):
        kept = comes_in(letter(finance.email, to, Message_ID=f"<{to}>"))
        assert aside(kept) == ("set_aside", "no_address")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60
    assert comes_in(letter(finance.email, good, Message_ID="<9@x>")).state == "accepted"


def test_an_address_says_again_what_it_was_made_for() -> None:
    for of in (ReplyTo(1, 2, 3), ReplyTo(10**12, 10**12, 10**9), ReplyTo(contact_id=7)):
        address = reply_address(of)
        assert reply_to_of([f"Finance <{address.upper()}>"]) == of
        assert len(address.partition("@")[0]) <= 64  # RFC 5321, 4.5.3.1.1
    assert reply_to_of(["", "reply+@mail.northgate.example", "x"]) is None


def test_a_blind_copy_is_found_by_the_address_it_was_delivered_to(
    answered: SupportRequest, finance: User
) -> None:
    message = letter(finance.email, "undisclosed@x.example")
    assert comes_in(message, address_for(answered, finance)).state == "accepted"
