"""A person reads their own notices and chooses how to be told."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.deadlines import kinds
from clients.models import (
    Importer,
    Membership,
    Notice,
    NoticeHours,
    NoticePreference,
    User,
)
from tests.notices.stories import tell

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_notices_of_an_importer_are_out_of_sight_with_it(
    client: Client, billed: Any, importer: Importer, finance: User
):
    tell(importer)
    client.force_login(finance)
    assert client.get("/notices/").context["page"].paginator.count == 2

    with importer_scope(importer.pk):
        Membership.objects.filter(user=finance).delete()

    assert client.get("/notices/").context["page"].paginator.count == 0


def test_the_bar_counts_what_is_unread_until_it_is_read(
    client: Client, billed: Any, importer: Importer, finance: User
):
    tell(importer)
    client.force_login(finance)
    assert "2 unread" in client.get("/notices/count/").content.decode()

    client.post("/notices/reading/")

    assert client.get("/notices/count/").content.decode().strip() == ""


def test_a_person_reads_their_own_notices_only(
    client: Client, billed: Any, importer: Importer, finance: User, analyst: User
):
    tell(importer)
    client.force_login(finance)

    client.post("/notices/reading/")

    with importer_scope(importer.pk):
        unread = Notice.objects.filter(read_at=None).values_list("user__email", flat=True)
        assert set(unread) == {analyst.email}


def test_how_one_is_told_is_chosen_on_a_page(client: Client, importer: Importer, finance: User):
    client.force_login(finance)

    wish = {f"{kind.name}-mail": "now" for kind in kinds()}
    wish |= {"payment_due-mail": "weekly", "payment_due-in_app": "on", "cad_due-mail": "never"}
    wish |= {"quiet_from": "18:00", "quiet_until": "08:30", "quiet_on_weekends": "on"}

    answer = client.post("/notices/settings/", wish)

    assert answer.status_code == 302
    chosen = NoticePreference.objects.filter(user=finance).order_by("kind")
    assert len(chosen) == len(kinds())
    told = {one.kind: (one.mail, one.in_app) for one in chosen}
    assert told["payment_due"] == ("weekly", True)
    assert told["cad_due"] == ("never", False)
    hours = NoticeHours.objects.get(user=finance)
    assert (hours.quiet_from, hours.quiet_until) == (time(18), time(8, 30))


def test_a_choice_that_is_none_is_refused_and_nothing_is_kept(
    client: Client, importer: Importer, finance: User
):
    client.force_login(finance)

    answer = client.post(
        "/notices/settings/", {"payment_due-mail": "hourly", "quiet_from": "25:00"}
    )

    assert answer.status_code == 422
    assert not NoticePreference.objects.exists()
