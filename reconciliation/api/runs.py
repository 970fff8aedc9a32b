"""Match runs: ask for one, watch it, read its totals, sign it, reopen it."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import NotSeen
from clients.api import LARGEST_ID, IdFilter, ReadDoor
from clients.rules import Permission
from reconciliation import actions
from reconciliation.forms import Reason
from reconciliation.models import MatchRun, SignOff, Variance, VarianceKind
from reconciliation.queries import run_document
from reconciliation.queries.interest import interest_of
from reconciliation.queries.moved import Figure, Moved, moved_since_signed
from statements.models import Statement

MOST_MOVED = 100


class PlaceTotalSerializer(serializers.Serializer[Any]):
    """How many ended in a place, for how much, and what they move on the bridge, in CAD."""

    count = serializers.IntegerField()
    amount = serializers.CharField()
    effect = serializers.CharField()


class RunTotalsSerializer(serializers.Serializer[Any]):
    """statement_activity = ledger_in_scope + effects; the residual is always 0.00."""

    statement_activity = serializers.CharField()
    ledger_in_scope = serializers.CharField()
    matched = serializers.DictField(child=PlaceTotalSerializer(), help_text="By pass.")
    variances = serializers.DictField(child=PlaceTotalSerializer(), help_text="By kind.")
    suggestions = PlaceTotalSerializer()
    expected = PlaceTotalSerializer()
    effects = serializers.CharField()
    residual = serializers.CharField()


class SignOffSerializer(serializers.ModelSerializer[SignOff]):
    """A signature under a run."""

    signed_by = serializers.EmailField(source="signed_by.email")
    reopened_by = serializers.EmailField(source="reopened_by.email", default=None)
    is_carried_over = serializers.BooleanField(
        help_text="Given to an earlier run whose result was the same."
    )

    class Meta:
        model = SignOff
        fields = (
            *("id", "role", "signed_at", "signed_by", "is_carried_over"),
            *("reopened_at", "reopened_by", "reopen_reason"),
        )
        read_only_fields = fields


class MovedFigureSerializer(serializers.Serializer[Figure]):
    """One step of the bridge in the signed run and now, in CAD."""

    key = serializers.CharField(help_text="`ledger`, `statement`, or a kind of variance.")
    before = serializers.DecimalField(max_digits=14, decimal_places=2)
    after = serializers.DecimalField(max_digits=14, decimal_places=2)
    difference = serializers.DecimalField(max_digits=14, decimal_places=2)
    count_before = serializers.IntegerField()
    count_after = serializers.IntegerField()


class MovedVarianceSerializer(serializers.ModelSerializer[Variance]):
    """A variance that only one of the two runs has."""

    class Meta:
        model = Variance
        fields = ("id", "group_no", "kind", "transaction_no", "effect", "state")
        read_only_fields = fields


class MovedSerializer(serializers.Serializer[Moved]):
    """A run against the signed one it superseded."""

    signed_run = serializers.IntegerField(source="signed_run.pk")
    sign_offs = SignOffSerializer(many=True, source="signatures")
    statement_corrected = serializers.BooleanField(source="is_corrected")
    ledger_files = serializers.SerializerMethodField(help_text="The newest that came between.")
    figures = MovedFigureSerializer(many=True)
    new_count = serializers.IntegerField()
    new = MovedVarianceSerializer(many=True, help_text=f"At most {MOST_MOVED}.")
    gone_count = serializers.IntegerField()
    gone = MovedVarianceSerializer(many=True, help_text=f"At most {MOST_MOVED}.")

    def get_ledger_files(self, moved: Moved) -> list[int]:
        return [file.pk for file in moved.files]


class MatchRunSerializer(serializers.ModelSerializer[MatchRun]):
    """One reconciliation of one statement with the ledger, as both stood at a moment."""

    importer = serializers.IntegerField(source="importer_id")
    statement = serializers.IntegerField(source="statement_id")
    program_account = serializers.CharField(source="statement.program_account.bn15")
    period_end = serializers.DateField(source="statement.period_end")
    superseded_by = serializers.IntegerField(source="superseded_by_id", allow_null=True)
    is_under_way = serializers.SerializerMethodField()
    opening_balance_differs = serializers.DecimalField(
        source="opening_balance_difference",
        max_digits=14,
        decimal_places=2,
        help_text="Opening balance minus the previous statement's total payable, if they differ.",
    )
    totals = serializers.SerializerMethodField(help_text="Once it is finished.")
    sign_offs = SignOffSerializer(many=True)
    status_url = serializers.SerializerMethodField()

    class Meta:
        model = MatchRun
        fields = (
            *("id", "importer", "statement", "program_account", "period_end", "state"),
            *("is_under_way", "requested_at", "finished_at", "superseded_by", "rule_version"),
            *("as_of_on", "tolerance", "opening_balance_differs", "totals", "sign_offs"),
            *("parked_at", "status_url"),
        )
        read_only_fields = fields

    def get_is_under_way(self, run: MatchRun) -> bool:
        states = (MatchRun.State.REQUESTED, MatchRun.State.RUNNING)
        return run.state in states and not run.parked_at

    @extend_schema_field(RunTotalsSerializer(allow_null=True))
    def get_totals(self, run: MatchRun) -> dict[str, Any] | None:
        return run_document(run).get("totals")

    def get_status_url(self, run: MatchRun) -> str:
        return self.context["view"].address_of("match-run", run.pk)  # type: ignore[no-any-return]


class MatchRunFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    statement = IdFilter("statement_id", "Of this statement.")
    program_account = django_filters.CharFilter(
        "statement__program_account__bn15", help_text="Of this program account (BN15)."
    )
    period_end = django_filters.DateFilter("statement__period_end")
    period_end_from = django_filters.DateFilter("statement__period_end", lookup_expr="gte")
    period_end_to = django_filters.DateFilter("statement__period_end", lookup_expr="lte")
    state = django_filters.MultipleChoiceFilter(choices=MatchRun.State.choices)
    current = django_filters.BooleanFilter(
        "superseded_by", lookup_expr="isnull", help_text="Superseded by no later run."
    )


class InterestCheckSerializer(serializers.Serializer[Any]):
    """Interest charged and worked out, in CAD."""

    charged = serializers.DecimalField(max_digits=14, decimal_places=2)
    expected = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    difference = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    explanation = serializers.ListField(child=serializers.CharField())


class MatchRunWish(serializers.Serializer[Any]):
    """Which statement to reconcile."""

    statement = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class KindExplanationWish(serializers.Serializer[Any]):
    """One reason for all of a kind."""

    kind = serializers.ChoiceField(choices=VarianceKind.choices)
    count = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="How many are open; refused if it has changed."
    )
    reason_code = serializers.ChoiceField(choices=Reason.choices)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ExplainedSerializer(serializers.Serializer[Any]):
    """How many variances are explained now that were open."""

    explained = serializers.IntegerField()


class ReopeningWish(serializers.Serializer[Any]):
    """Why a signed run is opened again."""

    reason = serializers.CharField(max_length=2000)


WISH = OpenApiExample("Reconcile statement 7", value={"statement": 7}, request_only=True)


KIND_EXAMPLE = OpenApiExample(
    "Billed by another broker",
    value={
        "kind": "not_in_ledger",
        "count": 12,
        "reason_code": "other_broker",
        "note": "Confirmed by the importer on 3 November.",
    },
    request_only=True,
)


class MatchRunDoor(ReadDoor):
    """Reconciliations of statements with the ledger, to the cent."""

    queryset = MatchRun._base_manager.none()
    serializer_class = MatchRunSerializer
    filterset_class = MatchRunFilters
    ordering_fields = ("requested_at",)
    answer_codes = MappingProxyType(
        {"create": (202, 200), "attempts": (202,), "explanations": (200,)}
    )

    def rows(self) -> Any:
        signed = SignOff.objects.select_related("signed_by", "reopened_by").order_by("id")
        runs = MatchRun.objects.select_related("statement__program_account")
        return runs.prefetch_related(Prefetch("sign_offs", signed))

    def shown(self, run: MatchRun) -> Response:
        """200 for a run that stands, 202 for one that a worker carries out, and where to ask."""
        found = self.rows().get(pk=run.pk)
        body = self.get_serializer(found).data
        code = status.HTTP_202_ACCEPTED if body["is_under_way"] else status.HTTP_200_OK
        return Response(body, code, headers={"Location": body["status_url"]})

    @extend_schema(request=MatchRunWish, examples=[WISH])
    def create(self, request: Request) -> Response:
        """Reconcile a statement: 202 and a worker does it, or 200 when nothing has changed
        since the run that stands.
        """
        pk = self.said(MatchRunWish)["statement"]
        statement = Statement.objects.filter(pk=pk).first()
        if statement is None:
            raise NotSeen("statement", f"There is no statement {pk}.")
        self.demand(Permission.RECONCILE, statement.importer_id)
        return self.shown(actions.request_run(statement=statement, by=self.person))

    @extend_schema(responses=MovedSerializer)
    @action(detail=True)
    def moved(self, request: Request, pk: int) -> Response:
        """What is different from the signed run that this one superseded: new facts ask for new
        signatures. 404 when none was signed, or when its signatures were carried over.
        """
        moved = moved_since_signed(self.get_object(), MOST_MOVED)
        if moved is None:
            raise NotSeen("id", _("No signed run of this statement was superseded by this one."))
        return Response(MovedSerializer(moved).data)

    @extend_schema(responses=InterestCheckSerializer)
    @action(detail=True)
    def interest(self, request: Request, pk: int) -> Response:
        """The interest charged on the run's statement beside what its late amounts should have
        cost; `expected` is null and the missing quarter named where a rate is not in the rulebook.
        """
        statement = self.get_object().statement
        return Response(InterestCheckSerializer(interest_of(statement)).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def attempts(self, request: Request, pk: int) -> Response:
        """Give a parked run three new tries."""
        run = self.object_for(Permission.RECONCILE)
        actions.send_again(run=run, by=self.person)
        return self.shown(run)

    @extend_schema(
        request=KindExplanationWish, responses=ExplainedSerializer, examples=[KIND_EXAMPLE]
    )
    @action(detail=True, methods=["post"])
    def explanations(self, request: Request, pk: int) -> Response:
        """Explain every open variance of a kind with one reason."""
        run = self.object_for(Permission.DECIDE)
        wish = self.said(KindExplanationWish)
        explained = actions.explain_kind(run=run, by=self.person, **wish)
        return Response({"explained": explained})

    @extend_schema(request=None, responses={201: SignOffSerializer})
    @action(detail=True, methods=["post"], url_path="sign-offs")
    def sign_offs(self, request: Request, pk: int) -> Response:
        """Sign a run: first as its preparer, then, by another person, as its reviewer."""
        run = self.object_for(Permission.SIGN_OFF)
        signature = actions.sign_off(run=run, by=self.person)
        return Response(SignOffSerializer(signature).data, status.HTTP_201_CREATED)

    @extend_schema(request=ReopeningWish)
    @action(detail=True, methods=["post"])
    def reopening(self, request: Request, pk: int) -> Response:
        """Take the signatures off a run, with a reason."""
        run = self.object_for(Permission.SIGN_OFF)
        reason = self.said(ReopeningWish)["reason"]
        actions.reopen_run(run=run, by=self.person, reason=reason)
        return self.shown(run)
