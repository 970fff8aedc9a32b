"""A list asks the database as often for three as for one, and thousands in a few questions."""

from datetime import date
from typing import Any

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, PortalRole, PortalUser, User
from clients.portal_due import portal_concerns, verifications_due
from clients.queries.portal import matrix_of, portal_picture, portal_risks
from clients.queries.portal_register import page_after, register, standing, told


@pytest.mark.parametrize("count", [1, 3])
def test_an_importers_page_asks_as_often_for_three_people_as_for_one(
    importer: Importer, record: Any, today: date, count: int, django_assert_num_queries: Any
):
    for number in range(count):
        record(f"Person {'abc'[number]}", "bam")

    with importer_scope(importer.pk), django_assert_num_queries(5):
        picture = portal_picture(importer.pk, today)

    assert len(picture.people) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_table_of_an_importers_people_takes_two_questions(
    importer: Importer, record: Any, today: date, count: int, django_assert_num_queries: Any
):
    for number in range(count):
        record(f"Person {'abc'[number]}", "bam")

    with importer_scope(importer.pk), django_assert_num_queries(2):
        assert len(matrix_of(importer.pk, today)[0][1]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_register_takes_seven_questions_however_many_people_there_are(
    importer: Importer,
    stranger: Importer,
    record: Any,
    today: date,
    count: int,
    django_assert_num_queries: Any,
):
    for number in range(count):
        record(f"Person {'abc'[number]}", "bam")

    with importer_scope([importer.pk, stranger.pk]), django_assert_num_queries(7):
        known = standing(today)
        page = page_after(register(known, risk="any"), "", 100, today)

    assert len(page.rows) == (2 if count == 1 else 1)


@pytest.mark.parametrize("count", [1, 3])
def test_what_other_rooms_ask_takes_two_or_three_questions(
    importer: Importer, record: Any, today: date, count: int, django_assert_num_queries: Any
):
    for number in range(count):
        record(f"Person {'abc'[number]}", "bam")
    numbers = [importer.pk]

    with importer_scope(numbers):
        with django_assert_num_queries(2):
            portal_risks(numbers, today)
        with django_assert_num_queries(2):
            list(portal_concerns(numbers, today))
        with django_assert_num_queries(3):
            list(verifications_due(numbers, today, date(2030, 1, 1)))


def test_pages_of_the_register_begin_after_an_importer_and_miss_none(
    importer: Importer, stranger: Importer, today: date
):
    with importer_scope([importer.pk, stranger.pk]):
        known = standing(today)
        first = page_after(register(known), "", 1, today)
        second = page_after(register(known), str(first.after), 1, today)
        beyond = page_after(register(known), "9" * 30, 5, today)

    assert [one.importer for one in first.rows] == [importer]
    assert [one.importer for one in second.rows] == [stranger]
    assert (second.after, len(beyond.rows)) == (None, 2)


def test_former_clients_are_not_listed(importer: Importer, stranger: Importer, today: date):
    with importer_scope([importer.pk, stranger.pk]):
        Importer.objects.filter(pk=stranger.pk).update(state="former")

        rows = told(register(standing(today)), today)

    assert [one.importer for one in rows] == [importer]


def test_somebody_removed_counts_nowhere(
    importer: Importer, record: Any, analyst: User, today: date
):
    rosa = record("Rosa Roy")
    with importer_scope(importer.pk):
        PortalUser.objects.filter(pk=rosa.pk).update(state="removed", removed_on=today)
        PortalRole.objects.update(ended_on=today, ended_by=analyst)

        [row] = told(register(standing(today)), today)

    assert (row.people, row.managers, [one.risk.code for one in row.risks]) == (
        0,
        0,
        ["nobody_recorded"],
    )
