"""Security through the API: record, change and end it; what is required, and what is left."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from clients.actions.security import end_security, note_release_status, record_security
from clients.api import NOT_SEEN, IdFilter, ReadDoor
from clients.models import ProgramAccount, ReleaseStatus, SecurityInstrument
from clients.rules import Permission
from statements.api.forecasts import AccountFilters, Money
from statements.api.uploads import ProgramAccountField
from statements.queries.security import standings

MANAGE = Permission.MANAGE_SECURITY


class SecuritySerializer(serializers.ModelSerializer[SecurityInstrument]):
    """Security given for one program account. A change is a new row; the old one stays."""

    importer = serializers.IntegerField(source="importer_id")
    program_account = serializers.CharField(source="program_account.bn15")
    recorded_by = serializers.EmailField(source="recorded_by.email")
    superseded_by = serializers.IntegerField(source="superseded_by_id", allow_null=True)

    class Meta:
        model = SecurityInstrument
        fields = (
            *("id", "importer", "program_account", "form", "amount", "provider", "number"),
            *("valid_from", "valid_to", "reviewed_on", "evidence", "recorded_at", "recorded_by"),
            *("superseded_by", "ended_on", "end_reason"),
        )
        read_only_fields = fields


class SecurityWish(serializers.Serializer[Any]):
    """Security that was given to the CBSA. With `replaces` it changes what was recorded before."""

    program_account = ProgramAccountField(max_length=20, help_text="BN15, e.g. 123456782RM0001.")
    form = serializers.ChoiceField(choices=SecurityInstrument.Form.choices)
    amount = Money(help_text="In CAD.")
    provider = serializers.CharField(max_length=120, required=False, allow_blank=True)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True)
    reviewed_on = serializers.DateField(
        required=False, allow_null=True, help_text="When it was last compared with the portal."
    )
    evidence = serializers.CharField(max_length=500, required=False, allow_blank=True)
    replaces = serializers.IntegerField(
        required=False, min_value=1, help_text="The id of the security of the account it changes."
    )


class EndWish(serializers.Serializer[Any]):
    """From which day security no longer stands, and why."""

    ended_on = serializers.DateField()
    reason = serializers.CharField(max_length=500)


class SecurityFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    program_account = django_filters.CharFilter(
        "program_account__bn15", help_text="Of this program account (BN15)."
    )
    form = django_filters.ChoiceFilter(choices=SecurityInstrument.Form.choices)
    changed = django_filters.BooleanFilter(
        "superseded_by", lookup_expr="isnull", exclude=True, help_text="Changed since, or newest."
    )
    ended = django_filters.BooleanFilter(
        "ended_on", lookup_expr="isnull", exclude=True, help_text="Ended by somebody, or not."
    )
    ends_from = django_filters.DateFilter("valid_to", lookup_expr="gte")
    ends_to = django_filters.DateFilter("valid_to", lookup_expr="lte")


BOND = OpenApiExample(
    "A bond",
    value={
        "program_account": "123456782RM0001",
        "form": "bond",
        "amount": "24000.00",
        "provider": "Boreal Surety",
        "number": "BS-00017",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
    },
    request_only=True,
)
ENDED = OpenApiExample(
    "Replaced by cash",
    value={"ended_on": "2026-12-31", "reason": "Replaced by a deposit."},
    request_only=True,
)


class SecurityDoor(ReadDoor):
    """Security for release prior to payment as people recorded it; append-only."""

    queryset = SecurityInstrument._base_manager.none()
    serializer_class = SecuritySerializer
    filterset_class = SecurityFilters
    ordering_fields = ("valid_from", "amount")
    answer_codes = MappingProxyType({"ending": (200,)})

    def rows(self) -> Any:
        return SecurityInstrument.objects.select_related("program_account", "recorded_by")

    @extend_schema(request=SecurityWish, responses={201: SecuritySerializer}, examples=[BOND])
    def create(self, request: Request) -> Response:
        """Record security, or its change."""
        wish = self.said(SecurityWish)
        account = wish.pop("program_account")
        self.demand(MANAGE, account.importer_id)
        replaced = self._replaced(account, wish.pop("replaces", None))
        security = record_security(account=account, by=self.person, replaces=replaced, **wish)
        location = {"Location": self.address_of("security", security.pk)}
        body = self.get_serializer(self.rows().get(pk=security.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    def _replaced(self, account: ProgramAccount, pk: int | None) -> SecurityInstrument | None:
        if pk is None:
            return None
        found: SecurityInstrument | None = (
            self.rows().filter(program_account=account, pk=pk).first()
        )
        if found is None:
            raise NotSeen("replaces", NOT_SEEN)
        return found

    @extend_schema(request=EndWish, responses={200: SecuritySerializer}, examples=[ENDED])
    @action(detail=True, methods=["post"])
    def ending(self, request: Request, pk: int) -> Response:
        """Note that security no longer stands from a day on, and why."""
        security = self.object_for(MANAGE)
        end_security(security=security, by=self.person, **self.said(EndWish))
        return Response(self.get_serializer(self.get_object()).data)


class MeasureSerializer(serializers.Serializer[Any]):
    """What the highest month of a range asks for against what is posted."""

    month = serializers.DateField(
        source="month.last", default=None, help_text="The last day of the highest period."
    )
    highest = Money(source="peak", help_text="Duties and taxes of that period.")
    required = Money(source="headroom.required")  # type: ignore[assignment]
    headroom = Money(source="headroom.headroom", help_text="Below zero it is the shortfall.")
    used_percent = serializers.DecimalField(
        source="headroom.used_percent", max_digits=9, decimal_places=1, allow_null=True
    )
    level = serializers.CharField(
        help_text="The threshold that it reaches: notice, warning, full; empty for none."
    )


class ReviewSerializer(serializers.Serializer[Any]):
    """The yearly review: the twelve months that it looks at, and by when to comply."""

    review_on = serializers.DateField()
    first = serializers.DateField()
    last = serializers.DateField()
    comply_by = serializers.DateField()


class HeadroomSerializer(serializers.Serializer[Any]):
    """How the security of a program account stands, computed as it is asked for."""

    id = serializers.IntegerField(source="account.pk", help_text="Of the program account.")
    importer = serializers.IntegerField(source="account.importer_id")
    program_account = serializers.CharField(source="account.bn15")
    form = serializers.CharField(help_text="By which form it is measured: bond or cash.")
    posted = Money()
    level = serializers.CharField(help_text="The higher level of both measures.")
    release_status = serializers.CharField(
        source="release.status", default=None, help_text="As it was noted last."
    )
    review = ReviewSerializer()
    by_review = MeasureSerializer(source="requirement")
    by_months_since = MeasureSerializer(
        source="running", help_text="The running month as its entries are known."
    )
    statements_missing = serializers.ListField(
        source="missing",
        child=serializers.DateField(),
        help_text="Periods of the review of which no statement is loaded, by their last day.",
    )


class ReleaseStatusWish(serializers.Serializer[Any]):
    """What the portal showed of an account's release prior to payment."""

    status = serializers.ChoiceField(choices=ReleaseStatus.Status.choices)
    seen_on = serializers.DateField()
    evidence = serializers.CharField(max_length=500, required=False, allow_blank=True)


class HeadroomDoor(ReadDoor):
    """What security your importers' program accounts need, have, and have left."""

    queryset = ProgramAccount._base_manager.none()
    serializer_class = HeadroomSerializer
    filterset_class = AccountFilters
    ordering = "id"
    ordering_fields = ("bn15",)
    answer_codes = MappingProxyType({"release_status": (200,)})

    def rows(self) -> Any:
        return ProgramAccount.objects.all()

    def list(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """A page of accounts, each with its headroom."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or ()
        found = {one.account.pk: one for one in standings(page, today_in_toronto())}
        rows = [found[account.pk] for account in page]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def retrieve(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """One account's headroom."""
        return Response(self._of(self.get_object()))

    def _of(self, account: ProgramAccount) -> Any:
        [found] = standings([account], today_in_toronto())
        return self.get_serializer(found).data

    @extend_schema(request=ReleaseStatusWish, responses={200: HeadroomSerializer})
    @action(detail=True, methods=["post"], url_path="release-status")
    def release_status(self, request: Request, pk: int) -> Response:
        """Note what the portal shows of release prior to payment."""
        account = self.object_for(MANAGE)
        note_release_status(account=account, by=self.person, **self.said(ReleaseStatusWish))
        return Response(self._of(account))
