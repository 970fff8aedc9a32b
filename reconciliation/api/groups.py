"""Where lines and entries ended: matches, suggestions, expected entries, one group at a time.

A group has no row of its own; its id is the run's and its number: `12-345`.
"""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.problems import Conflict, NotSeen
from clients.api import NOT_SEEN, Door, IdFilter
from clients.rules import Permission
from reconciliation import actions
from reconciliation.api.runs import MatchRunDoor, MatchRunSerializer
from reconciliation.models import Decision, MatchRun, Placement
from reconciliation.queries import Group, groups_numbered
from reconciliation.queries.decided import decision_on
from statements.models import LedgerEntry, StatementLine

_ID = OpenApiParameter(
    "pk", str, OpenApiParameter.PATH, description="The run and the group's number: `12-345`."
)
PASSES = ("010_exact", "020_within_tolerance", "030_net", "040_payment", "045_confirmed")


class GroupLineSerializer(serializers.ModelSerializer[StatementLine]):
    """A statement line of a group."""

    class Meta:
        model = StatementLine
        fields = (
            *("id", "row_no", "transaction_no", "version", "transaction_type"),
            *("released_on", "posted_on", "reference", "amount"),
        )
        read_only_fields = fields


class GroupEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """A ledger entry of a group."""

    class Meta:
        model = LedgerEntry
        fields = (
            *("id", "row_no", "transaction_no", "version", "transaction_type"),
            *("released_on", "posted_on", "reference", "period_end", "amount"),
        )
        read_only_fields = fields


class GroupSerializer(serializers.Serializer[Group]):
    """Lines and entries that ended together; effect = lines minus entries, in CAD."""

    id = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    group_no = serializers.IntegerField()
    place = serializers.ChoiceField(choices=Placement.Place.choices)
    reason = serializers.CharField(help_text="The pass that put them together.")
    line_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    entry_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    effect = serializers.DecimalField(max_digits=14, decimal_places=2)
    lines = GroupLineSerializer(many=True)
    entries = GroupEntrySerializer(many=True)

    def get_id(self, group: Group) -> str:
        return f"{self.context['run'].pk}-{group.group_no}"

    def get_run(self, group: Group) -> int:
        return int(self.context["run"].pk)


class GroupFilters(django_filters.FilterSet):
    run = IdFilter("run_id", "Of this run; needed.")
    transaction_no = django_filters.CharFilter(
        method="with_number", help_text="With this transaction number on either side."
    )

    def with_number(self, rows: Any, name: str, value: str) -> Any:
        """Groups of which some line or entry carries the number."""
        parts = Placement.objects.filter(run__in=rows.values("run"))
        by_line = parts.filter(line__transaction_no=value).values("group_no")
        by_entry = parts.filter(entry__transaction_no=value).values("group_no")
        return rows.filter(group_no__in=by_line.union(by_entry))


class MatchFilters(GroupFilters):
    match_pass = django_filters.ChoiceFilter(
        "reason", choices=[(name, name) for name in PASSES], help_text="Put together by this pass."
    )


class GroupDoor(mixins.ListModelMixin, Door):
    """The groups of one place of one run; lists need `run`."""

    queryset = Placement._base_manager.none()
    serializer_class = GroupSerializer
    filterset_class: Any = GroupFilters
    lookup_value_converter = "str"
    place = ""
    keyset = ordering = "group_no"

    def rows(self) -> Any:
        """The first part of each group stands for it."""
        return Placement.objects.filter(place=self.place, part_no=1)

    @extend_schema(parameters=[OpenApiParameter("run", int, required=True)])
    def list(self, request: Request, *arguments: Any, **named: Any) -> Response:
        run = self._run(request.query_params.get("run", ""))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        groups = groups_numbered(run, [one.group_no for one in page or ()])
        groups = sorted(groups, key=lambda group: group.group_no)
        if self.request.query_params.get("ordering", "").startswith("-"):
            groups.reverse()
        return self.get_paginated_response(self._body(run, groups))

    @extend_schema(parameters=[_ID])
    def retrieve(self, request: Request, pk: str) -> Response:
        run, group = self.group()
        return Response(self._body(run, [group])[0])

    def group(self) -> tuple[MatchRun, Group]:
        """The run and the group of the address, if it ended in this place; else 404."""
        run_id, _, group_no = str(self.kwargs["pk"]).partition("-")
        if not (run_id.isdecimal() and group_no.isdecimal() and len(group_no) < 10):
            raise NotSeen("id", NOT_SEEN)
        run = self._run(run_id)
        found = groups_numbered(run, [int(group_no)])
        if not found or found[0].place != self.place:
            raise NotSeen("id", NOT_SEEN)
        return run, found[0]

    def _run(self, text: str) -> MatchRun:
        run = None
        if text.isdecimal() and len(text) < 19:
            run = MatchRun.objects.select_related("statement").filter(pk=int(text)).first()
        if run is None:
            raise NotSeen("run", "Name a run that you may see, e.g. `?run=12`.")
        return run

    def _body(self, run: MatchRun, groups: Any) -> Any:
        context = {**self.get_serializer_context(), "run": run}
        return GroupSerializer(groups, many=True, context=context).data


class MatchDoor(GroupDoor):
    """Lines and entries that met."""

    place = Placement.Place.MATCH
    filterset_class = MatchFilters


class ExpectedDoor(GroupDoor):
    """Entries that are not due on a statement yet and are expected to be billed."""

    place = Placement.Place.EXPECTED


@extend_schema_view(
    confirmation=extend_schema(request=None, responses={202: MatchRunSerializer}, parameters=[_ID]),
    refusal=extend_schema(request=None, responses={202: MatchRunSerializer}, parameters=[_ID]),
)
class SuggestionDoor(GroupDoor):
    """Pairs without a usable number that seem to belong together; a person decides."""

    place = Placement.Place.SUGGESTION

    @action(detail=True, methods=["post"])
    def confirmation(self, request: Request, pk: str) -> Response:
        """They belong together; the answer is the run that will hold the match."""
        return self._decided(actions.confirm_suggestion)

    @action(detail=True, methods=["post"])
    def refusal(self, request: Request, pk: str) -> Response:
        """They do not belong together; they are not suggested again."""
        return self._decided(actions.refuse_suggestion)

    @extend_schema(request=None, responses={202: MatchRunSerializer}, parameters=[_ID])
    @confirmation.mapping.delete
    def withdraw_confirmation(self, request: Request, pk: str) -> Response:
        """Take it back that they belong together; the answer is the run that will ask again."""
        return self._withdrawn(Decision.Verdict.CONFIRMED)

    @extend_schema(request=None, responses={202: MatchRunSerializer}, parameters=[_ID])
    @refusal.mapping.delete
    def withdraw_refusal(self, request: Request, pk: str) -> Response:
        """Take it back that they do not; the answer is the run that will ask again."""
        return self._withdrawn(Decision.Verdict.REFUSED)

    def _withdrawn(self, verdict: str) -> Response:
        run, group = self.group()
        self.demand(Permission.DECIDE, run.importer_id)
        pair = Placement.objects.get(run=run, group_no=group.group_no)
        decision = decision_on(pair, run.statement, verdict)
        if decision is None:
            raise Conflict([_("Nobody has said this of the pair.")])
        following = actions.withdraw_decision(decision=decision, by=self.person)
        return MatchRunDoor(request=self.request, format_kwarg=None).shown(following)

    def _decided(self, decide: Any) -> Response:
        run, group = self.group()
        self.demand(Permission.DECIDE, run.importer_id)
        following = decide(run=run, group_no=group.group_no, by=self.person)
        return MatchRunDoor(request=self.request, format_kwarg=None).shown(following)
