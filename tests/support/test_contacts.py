"""The contact page: anybody may write, nobody learns who has an account, programs are told so."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.contacts import answer_contact, move_contact, step_contact
from clients.actions.reply_addresses import ReplyTo, reply_address
from clients.models import (
    Contact,
    ContactMessage,
    Importer,
    SupportMessage,
    SupportRequest,
    User,
)
from clients.rules.support import Wish
from tests.support.conftest import NOW, Browser
from tests.support.letters import comes_in, letter

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} %s {name} \u202e"
WORDS = {
    "name": "Robin Doe",
    "address": "robin@newclient.example",
    "company": "New Client Inc.",
    "telephone": "",
    "category": "registration",
    "title": "How do we register?",
    "text": "We import shoes.",
}


@pytest.fixture(autouse=True)
def no_counts() -> None:
    cache.clear()


@pytest.fixture
def public(db: None) -> Client:
    return Client(headers={"accept-language": "en"})


def sent(public: Client, clock: Any, seconds: int = 10, **told: str) -> Any:
    """The page is opened, read for some seconds, and sent."""
    page = public.get("/contact/")
    opened = page.context["form"]["opened"].value()
    clock.shift(timedelta(seconds=seconds))
    return public.post("/contact/", {**WORDS, "website": "", "opened": opened, **told})


def test_anybody_writes_and_gets_a_number_and_a_letter(
    public: Client, clock: Any, administrator: User
) -> None:
    response = sent(public, clock)

    [contact] = Contact.objects.all()
    assert (response.status_code, response["Location"]) == (302, "/contact/thanks/")
    assert contact.number in public.get("/contact/thanks/").content.decode()
    assert (contact.state, contact.language, contact.source) == ("new", "en", "contact")
    told = dict(Letter.objects.values_list("to_address", "text"))
    assert set(told) == {"robin@newclient.example", administrator.email}
    assert contact.number in told["robin@newclient.example"]
    assert BrokerageEvent.objects.filter(action="contact received").count() == 1


def test_the_letter_repeats_no_word_so_that_nobody_mails_others_through_us(
    public: Client, clock: Any
) -> None:
    sent(public, clock, title="Buy pills", name="Pills Inc.", text="Buy pills now")
    told = Letter.objects.get(to_address="robin@newclient.example")
    assert "ills" not in told.subject + told.text + told.html


def test_whether_an_address_is_known_makes_no_difference(
    public: Client, clock: Any, finance: User, administrator: User, importer: Importer
) -> None:
    answers = [
        sent(public, clock, address=address)
        for address in ("nobody@x.example", finance.email, administrator.email)
    ]
    assert {(one.status_code, one["Location"], one.content) for one in answers} == {
        (302, "/contact/thanks/", b"")
    }
    pages = {public.get("/contact/thanks/").content.count(b"<") for _ in range(2)}
    assert len(pages) == 1
    with importer_scope(importer.pk):
        assert not SupportRequest.objects.exists()


def test_it_is_kept_in_the_language_of_the_page(clock: Any, db: None) -> None:
    page = Client(headers={"accept-language": "fr"})
    sent(page, clock)
    assert Contact.objects.get().language == "fr"


@pytest.mark.parametrize(
    ("seconds", "told", "said"),
    [
        (1, {}, "That was very quick"),
        (25 * 3600, {}, "The page was open too long"),
        (10, {"website": "http://x.example"}, "Leave this field empty"),
        (10, {"opened": "forged"}, "The page was open too long"),
        (10, {"opened": ""}, "The page was open too long"),
        (10, {"address": "no address"}, "Enter a valid email address"),
        (10, {"text": " "}, "This field is required"),
        (10, {"category": "gossip"}, "gossip"),
    ],
)
def test_what_is_not_taken_says_why_and_keeps_the_words(
    public: Client, clock: Any, seconds: int, told: dict[str, str], said: str
) -> None:
    response = sent(public, clock, seconds, **told)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "How do we register?" in page
    assert not Contact.objects.exists()


def test_who_was_told_so_sends_it_again(public: Client, clock: Any) -> None:
    refused = sent(public, clock, 1)
    opened = refused.context["form"]["opened"].value()
    clock.shift(timedelta(seconds=5))
    again = public.post("/contact/", {**WORDS, "website": "", "opened": opened})
    assert again.status_code == 302


def test_without_its_token_a_form_is_refused(clock: Any, db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/contact/", WORDS).status_code == 403


def test_five_a_day_from_one_address_are_enough(public: Client, clock: Any) -> None:
    codes = [sent(public, clock, title=f"Number {at}").status_code for at in range(6)]
    assert codes == [302] * 5 + [429]
    assert Contact.objects.count() == 5


def test_ten_an_hour_from_one_place_are_enough(public: Client, clock: Any) -> None:
    codes = [sent(public, clock, address=f"a{at}@x.example").status_code for at in range(11)]
    assert codes == [302] * 10 + [429]


def test_hostile_words_are_shown_as_words(
    public: Client, clock: Any, analyst: User, signed_in: Browser
) -> None:
    sent(public, clock, name=HOSTILE, title=HOSTILE, text=HOSTILE, company=HOSTILE)
    contact = Contact.objects.get()
    browser = signed_in(analyst)
    for place in ("/contacts/", f"/contacts/{contact.pk}/"):
        page = browser.get(place).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "49" not in page.partition("alert(1)")[2][:60]


def test_the_staff_answer_by_letter_and_the_answer_comes_back(
    public: Client, clock: Any, analyst: User, signed_in: Browser
) -> None:
    sent(public, clock)
    contact = Contact.objects.get()
    signed_in(analyst).post(
        f"/contacts/{contact.pk}/messages/", {"text": "Gladly. Since when?", "then": "ask_client"}
    )

    told = Letter.objects.filter(to_address="robin@newclient.example").last()
    assert told is not None
    assert "Gladly. Since when?" in told.text
    to = reply_address(ReplyTo(contact_id=contact.pk))
    assert told.headers["Reply-To"] == to
    assert comes_in(letter("robin@newclient.example", to, "Since May.")).state == "accepted"
    strange = comes_in(letter("evil@x.example", to, "Me too.", Message_ID="<2@x>"))
    assert (strange.state, strange.reason) == ("set_aside", "stranger")
    contact.refresh_from_db()
    assert (contact.state, contact.owner) == ("open", analyst)
    texts = [one.text for one in ContactMessage.objects.order_by("id")]
    assert texts == ["We import shoes.", "Gladly. Since when?", "Since May."]


@pytest.fixture
def contact(public: Client, clock: Any) -> Contact:
    sent(public, clock)
    return Contact.objects.get()


def moved(contact: Contact, importer: Importer, by: User) -> SupportRequest:
    with importer_scope(importer.pk):
        return move_contact(contact=contact, importer=importer, by=by, now=timezone.now())


def test_handed_over_it_goes_behind_the_wall_with_its_number_and_leaves_nothing(
    contact: Contact, importer: Importer, analyst: User, signed_in: Browser
) -> None:
    number = contact.number
    request = moved(contact, importer, analyst)

    contact.refresh_from_db()
    assert (request.number, request.title, request.outside_address) == (
        *(number, "How do we register?", "robin@newclient.example"),
    )
    assert (contact.name, contact.address, contact.title, contact.state) == ("–", "", "–", "closed")
    assert not ContactMessage.objects.exists()
    with importer_scope(importer.pk):
        assert [one.text for one in SupportMessage.objects.all()] == ["We import shoes."]
    page = signed_in(analyst).get(f"/contacts/{contact.pk}/").content.decode()
    assert "Handed to an importer’s staff" in page
    assert importer.legal_name not in page


def test_who_wrote_from_outside_gets_no_letter_from_behind_the_wall(
    contact: Contact, importer: Importer, analyst: User, signed_in: Browser
) -> None:
    request = moved(contact, importer, analyst)
    before = Letter.objects.filter(to_address="robin@newclient.example").count()
    signed_in(analyst).post(f"/support-requests/{request.pk}/messages/", {"text": "Your BN is…"})
    assert Letter.objects.filter(to_address="robin@newclient.example").count() == before


def test_who_turns_out_to_be_one_of_the_importer_s_people_goes_on_as_such(
    public: Client, clock: Any, importer: Importer, finance: User, analyst: User
) -> None:
    sent(public, clock, address=finance.email)
    request = moved(Contact.objects.get(), importer, analyst)
    assert request.asked_by == finance


def test_it_is_handed_over_once_and_only_to_an_importer_one_may_answer_for(
    contact: Contact, importer: Importer, stranger: Importer, analyst: User, signed_in: Browser
) -> None:
    browser = signed_in(analyst)
    browser.post(f"/contacts/{contact.pk}/importer/", {"importer": stranger.pk})
    contact.refresh_from_db()
    assert contact.moved_at is None
    moved(contact, importer, analyst)
    with pytest.raises(Refused, match="was handed to an importer’s staff"):
        moved(contact, importer, analyst)


def test_a_contact_goes_to_the_cbsa_only_as_an_importer_s(contact: Contact, analyst: User) -> None:
    with pytest.raises(Refused, match="Hand it to an importer’s staff first"):
        step_contact(contact=contact, wish=Wish.SEND_TO_CBSA, by=analyst, now=NOW)


def test_a_contact_is_solved_closed_and_reopened(contact: Contact, analyst: User) -> None:
    told: dict[str, Any] = {"contact": contact, "by": analyst, "now": timezone.now()}
    with pytest.raises(Refused, match="Nobody has answered yet"):
        step_contact(wish=Wish.SOLVE, **told)
    assert step_contact(wish=Wish.SOLVE, text="Like this.", **told).state == "solved"
    assert step_contact(wish=Wish.CLOSE, **told).state == "closed"
    with pytest.raises(Refused, match="Reopen it, and say why"):
        answer_contact(text="More.", **told)
    assert step_contact(wish=Wish.REOPEN, text="More.", **told).state == "reopened"


@pytest.mark.parametrize("person", ["finance", "owner", "staff_viewer"])
def test_others_do_not_see_what_the_public_writes(
    person: str, request: pytest.FixtureRequest, contact: Contact, signed_in: Browser
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    assert browser.get("/contacts/").status_code == 403
    assert browser.get(f"/contacts/{contact.pk}/").status_code == 403
