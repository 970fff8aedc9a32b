"""Letters that did not leave are seen by those who look after the mail, and sent again."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.outbox import Letter, put_letter, send_letter
from clients.models import User

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def stuck(db: None) -> Letter:
    letter = put_letter(to="finance@maple.example", subject="Payment due", text="secret words")
    assert letter is not None
    Letter.objects.filter(pk=letter.pk).update(
        attempts=8, parked_at=timezone.now(), last_failure="SMTPRecipientsRefused: no such user"
    )
    return letter


@pytest.fixture
def desk(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def test_a_stuck_letter_shows_why_and_not_its_words(desk: Client, stuck: Letter):
    page = desk.get("/mail/").content.decode()

    assert "finance@maple.example" in page
    assert "SMTPRecipientsRefused: no such user" in page
    assert "8 tries" in page
    assert "secret words" not in page


def test_sending_again_sends_and_is_audited(desk: Client, stuck: Letter):
    answer = desk.post(f"/mail/{stuck.pk}/sending/", follow=True)

    assert "is tried again" in answer.content.decode()
    assert send_letter(stuck.pk) is True
    assert mail.outbox[0].to == ["finance@maple.example"]
    event = BrokerageEvent.objects.get(action="letter sent again")
    assert (event.actor, event.target_id) == ("admin@broker.example", stuck.pk)


def test_a_letter_that_went_meanwhile_is_not_sent_twice(desk: Client, stuck: Letter):
    desk.post(f"/mail/{stuck.pk}/sending/")
    send_letter(stuck.pk)

    answer = desk.post(f"/mail/{stuck.pk}/sending/", follow=True)

    assert "not stuck any more" in answer.content.decode()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("way", "count"), [("stuck", 1), ("waiting", 1), ("sent", 1), ("x", 1)])
def test_each_letter_is_in_one_list(desk: Client, stuck: Letter, way: str, count: int):
    put_letter(to="a@x.example", subject="Waits", text="-")
    gone = put_letter(to="b@x.example", subject="Gone", text="-")
    assert gone is not None
    send_letter(gone.pk)

    assert desk.get(f"/mail/?way={way}").context["page"].paginator.count == count


def test_a_letter_is_found_by_address_and_by_subject(desk: Client, stuck: Letter):
    for words in ("maple.example", "payment"):
        assert desk.get(f"/mail/?search={words}").context["page"].paginator.count == 1
    assert desk.get("/mail/?search=nobody").context["page"].paginator.count == 0


@pytest.mark.parametrize("who", ["analyst", "staff_viewer", "finance"])
def test_only_those_who_look_after_the_mail_see_it(
    client: Client, stuck: Letter, who: str, request: Any
):
    client.force_login(request.getfixturevalue(who))

    assert client.get("/mail/").status_code == 403
    assert client.post(f"/mail/{stuck.pk}/sending/").status_code == 403
    assert Letter.objects.filter(parked_at=None).count() == 0
