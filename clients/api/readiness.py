"""Readiness through the API: how importers stand, why, how it went, what people said."""

from types import MappingProxyType
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import NotSeen
from clients.actions.readiness import keep_readiness
from clients.actions.readiness_answers import answer_question, take_answer_back
from clients.api.documents import account_seen, evidence_seen, importer_seen
from clients.api.doors import LARGEST_ID, IdFilter, ReadDoor
from clients.models import Importer, ReadinessAnswer, ReadinessSnapshot
from clients.models.readiness import VERDICT_CHOICES
from clients.queries import readiness as queries
from clients.queries.readiness_words import plain_value, sentence, source_word, who_told
from clients.readiness import checks
from clients.rules import Permission
from clients.rules.readiness import Area, Result, Severity

ANSWER = Permission.TAKE_ONBOARDING_STEPS
AREAS = [one.value for one in Area]


class KeptReadinessSerializer(serializers.ModelSerializer[ReadinessSnapshot]):
    """How an importer stood when it was looked at on a day."""

    importer = serializers.IntegerField(source="importer_id")
    accounts = serializers.DictField(
        child=serializers.ChoiceField(VERDICT_CHOICES), help_text="The verdict by BN15."
    )
    failed_checks = serializers.ListField(child=serializers.CharField())
    unknown_checks = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ReadinessSnapshot
        fields = (
            *("importer", "taken_on", "checked_at", "verdict", "set_up", "rpp", "release"),
            *("accounts", "failed_checks", "unknown_checks"),
            *("blockers", "risks", "advice", "not_known"),
        )
        read_only_fields = fields


class CheckSourceSerializer(serializers.Serializer[Any]):
    """Where it is read that a check matters."""

    title = serializers.CharField()
    address = serializers.CharField()
    kind = serializers.CharField()
    words = serializers.SerializerMethodField(help_text="How far it can be relied on.")

    def get_words(self, source: Any) -> str:
        return str(source_word(source))


class CheckSerializer(serializers.Serializer[Any]):
    """What a check says today, from which facts, why it matters and who puts it right where."""

    check = serializers.CharField(source="check.code")  # type: ignore[assignment]
    program_account = serializers.CharField(source="account.bn15", default=None)
    title = serializers.CharField(source="check.title")
    areas = serializers.SerializerMethodField()
    severity = serializers.ChoiceField([one.value for one in Severity])
    result = serializers.ChoiceField([one.value for one in Result])
    reason = serializers.CharField(source="outcome.reason", help_text="A fixed word.")
    sentence = serializers.SerializerMethodField(help_text="In the language of the request.")
    facts = serializers.SerializerMethodField()
    why = serializers.CharField(source="check.why")
    sources = CheckSourceSerializer(source="check.sources", many=True)
    fix = serializers.CharField(source="check.fix")
    fix_address = serializers.CharField(source="address", help_text="The page where it is done.")
    fix_by = serializers.SerializerMethodField()
    onboarding_steps = serializers.ListField(
        source="check.steps",
        child=serializers.CharField(),
        help_text="Codes of the shipped checklist’s steps of which it tells whether they are so.",
    )
    may_be_answered = serializers.BooleanField(source="outcome.may_be_answered")
    answer = serializers.IntegerField(source="answer.pk", default=None)

    def get_areas(self, judged: Any) -> list[str]:
        return [area for area in AREAS if area in judged.check.areas]

    def get_sentence(self, judged: Any) -> str:
        return sentence(judged.check, judged.outcome)

    def get_facts(self, judged: Any) -> dict[str, Any]:
        return {name: plain_value(value) for name, value in judged.outcome.facts.items()}

    def get_fix_by(self, judged: Any) -> str:
        return who_told(judged.check)


class AreaVerdictSerializer(serializers.Serializer[Any]):
    """The verdict of each area; null where it does not concern the importer."""

    set_up = serializers.ChoiceField(VERDICT_CHOICES, allow_null=True)
    rpp = serializers.ChoiceField(VERDICT_CHOICES, allow_null=True)
    release = serializers.ChoiceField(VERDICT_CHOICES, allow_null=True)


class AccountReadinessSerializer(AreaVerdictSerializer):
    """The verdict of one program account."""

    program_account = serializers.CharField()
    verdict = serializers.ChoiceField(VERDICT_CHOICES)


class ReadinessSerializer(serializers.Serializer[Any]):
    """How ready an importer is, computed as it is asked for: failures first."""

    importer = serializers.IntegerField(source="importer.pk")
    day = serializers.DateField()
    verdict = serializers.ChoiceField(VERDICT_CHOICES)
    areas = AreaVerdictSerializer()
    accounts = serializers.SerializerMethodField()
    checks = CheckSerializer(source="judged", many=True)

    @extend_schema(responses=AccountReadinessSerializer(many=True))
    def get_accounts(self, found: queries.Readiness) -> list[dict[str, Any]]:
        return [
            {"program_account": account.bn15, "verdict": verdict, **dict(areas)}
            for account, verdict, areas in found.by_account
        ]


class ReadinessAnswerSerializer(serializers.ModelSerializer[ReadinessAnswer]):
    """What somebody found out on a check that no data can answer."""

    importer = serializers.IntegerField(source="importer_id")
    check = serializers.CharField(source="question")  # type: ignore[assignment]
    program_account = serializers.CharField(source="program_account.bn15", default=None)
    evidence_document = serializers.IntegerField(source="evidence_document_id", default=None)
    recorded_by = serializers.EmailField(source="recorded_by.email")

    class Meta:
        model = ReadinessAnswer
        fields = (
            *("id", "importer", "check", "program_account", "is_met", "statement"),
            *("evidence_reference", "evidence_document", "said_on", "expires_on"),
            *("recorded_at", "recorded_by", "withdrawn_at"),
        )
        read_only_fields = fields


class ReadinessAnswerWish(serializers.Serializer[Any]):
    """An answer: which check of which importer, what was found, on which day, what proves it."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    check = serializers.CharField(max_length=6)  # type: ignore[assignment]
    program_account = serializers.CharField(
        required=False, max_length=15, help_text="A BN15, for a check of an account."
    )
    is_met = serializers.BooleanField()
    statement = serializers.CharField(
        max_length=500, help_text="A text with a password, a code or a token in it is refused."
    )
    said_on = serializers.DateField(required=False, help_text="Today unless said.")
    evidence_reference = serializers.CharField(max_length=300, required=False, allow_blank=True)
    evidence_document = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="A document of the importer."
    )
    expires_on = serializers.DateField(
        required=False, help_text="As long as the check lets answers count, unless said."
    )


@extend_schema_field(OpenApiTypes.STR)
class CheckFilter(django_filters.ChoiceFilter):
    """A check by its code."""


class ReadinessFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    verdict = django_filters.MultipleChoiceFilter(choices=VERDICT_CHOICES)
    check = CheckFilter(
        choices=lambda: [(one.code, one.title) for one in checks()],
        method="with_check",
        help_text="With this check not met, or not known.",
    )

    def with_check(self, rows: Any, name: str, code: str) -> Any:
        either = Q(failed_checks__contains=[code]) | Q(unknown_checks__contains=[code])
        return rows.filter(either)


class ReadinessAnswerFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    check = django_filters.CharFilter("question", help_text="To this check, e.g. R04.")
    is_withdrawn = django_filters.BooleanFilter("withdrawn_at", lookup_expr="isnull", exclude=True)


COMPARED = OpenApiExample(
    "The address was compared",
    value={
        "importer": 1,
        "check": "R04",
        "is_met": True,
        "statement": "Street, city and postal code are the same.",
        "evidence_reference": "Portal, business profile",
    },
    request_only=True,
)


class ReadinessDoor(ReadDoor):
    """How ready your importers are. The list: as each was looked at last; one: as it is now."""

    queryset = ReadinessSnapshot._base_manager.none()
    serializer_class = KeptReadinessSerializer
    filterset_class = ReadinessFilters
    keyset = ordering = "importer_id"
    answer_codes = MappingProxyType({"keeping": (200,)})

    def rows(self) -> Any:
        return ReadinessSnapshot.objects.filter(is_newest=True)

    def _importer(self) -> Importer:
        return importer_seen(self.kwargs["pk"])

    @extend_schema(responses={200: ReadinessSerializer})
    def retrieve(self, request: Request, *arguments: Any, **named: Any) -> Response:
        """An importer's verdicts and every check, by the importer's id."""
        found = queries.readiness_of(self._importer().pk, today_in_toronto())
        return Response(ReadinessSerializer(found).data)

    @extend_schema(responses={200: KeptReadinessSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, pk: int) -> Response:
        """How the importer stood in the last 366 days it was looked at, the newest first."""
        rows = queries.history_of(self._importer().pk)[:366]
        return Response(KeptReadinessSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={200: KeptReadinessSerializer})
    @action(detail=True, methods=["post"])
    def keeping(self, request: Request, pk: int) -> Response:
        """Keep how the importer stands now as the row of today."""
        importer = self._importer()
        self.demand(Permission.MANAGE_ONBOARDING, importer.pk)
        keep_readiness(importers=[importer.pk], now=timezone.now(), by=self.person)
        kept = queries.newest_snapshots([importer.pk]).get(importer.pk)
        if kept is None:
            raise NotSeen("id", "A former client is not looked at any more.")
        return Response(KeptReadinessSerializer(kept).data)


class ReadinessAnswerDoor(ReadDoor):
    """What people said on checks that no data can answer."""

    queryset = ReadinessAnswer._base_manager.none()
    serializer_class = ReadinessAnswerSerializer
    filterset_class = ReadinessAnswerFilters
    answer_codes = MappingProxyType({"withdrawal": (200,)})

    def rows(self) -> Any:
        return ReadinessAnswer.objects.select_related("program_account", "recorded_by")

    @extend_schema(
        request=ReadinessAnswerWish,
        responses={201: ReadinessAnswerSerializer},
        examples=[COMPARED],
    )
    def create(self, request: Request) -> Response:
        """Keep an answer. 409 where the data decide the check."""
        wish, today = self.said(ReadinessAnswerWish), today_in_toronto()
        importer = importer_seen(wish.pop("importer"))
        self.demand(ANSWER, importer.pk)
        account = account_seen(importer.pk, wish.pop("program_account", ""))
        document = evidence_seen(
            importer.pk, wish.pop("evidence_document", None), "evidence_document"
        )
        told = {"question": wish.pop("check"), "account": account, "evidence_document": document}
        told |= {"said_on": wish.pop("said_on", today), "today": today, "by": self.person}
        made = answer_question(importer=importer, **told, **wish)
        location = {"Location": self.address_of("readiness-answer", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=None, responses={200: ReadinessAnswerSerializer})
    @action(detail=True, methods=["post"])
    def withdrawal(self, request: Request, pk: int) -> Response:
        """Take an answer back."""
        take_answer_back(answer=self.object_for(ANSWER), by=self.person)
        return Response(self.get_serializer(self.get_object()).data)
