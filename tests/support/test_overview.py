"""What the overview of an importer says of its requests for help."""

from datetime import timedelta
from typing import Any

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from clients.overview import concerns_of
from tests.support.conftest import NOW, Ask, Browser


def test_the_overview_names_what_is_under_way_and_the_staff_what_is_overdue(
    ask: Ask, importer: Importer, analyst: User, finance: User, signed_in: Browser, clock: Any
) -> None:
    ask(title="Late?", priority="urgent")
    clock.move_to(NOW + timedelta(hours=4))

    page = f"/importers/{importer.pk}/"
    for person in (analyst, finance):
        assert "Late?" in signed_in(person).get(page).content.decode()
    with importer_scope(importer.pk):
        told = concerns_of([importer.pk], today_in_toronto())[importer.pk]
        of_client = concerns_of([importer.pk], today_in_toronto(), is_staff=False)
    assert "A request for help is overdue with us." in [str(one.sentence) for one in told]
    assert "A request for help is overdue with us." not in [
        str(one.sentence) for rows in of_client.values() for one in rows
    ]


def test_without_a_request_the_overview_says_nothing_of_it(
    importer: Importer, finance: User, signed_in: Browser
) -> None:
    page = signed_in(finance).get(f"/importers/{importer.pk}/").content.decode()
    assert 'id="help-title"' not in page
