"""The API's doors to the rules: an answer and why, in the language of the request."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.openapi import ProblemSerializer
from carmsvc.platform.problems import CONTENT_TYPE, Unprocessable
from carmsvc.platform.refusals import Refused
from carmsvc.platform.throttling import RateHeaders
from reconciliation.queries import rule_answers
from reconciliation.rules.limitation import LIMITS
from statements.rules.security import Form
from statements.rules.streams import Stream

MONEY = {"max_digits": 14, "decimal_places": 2}


class _Why(serializers.Serializer[Any]):
    explanation = serializers.ListField(child=serializers.CharField())


class ReleaseWish(serializers.Serializer[Any]):
    """A release of goods."""

    released_on = serializers.DateField()
    stream = serializers.ChoiceField([one.value for one in Stream], default="commercial")
    province = serializers.CharField(
        default="", max_length=2, help_text="Two letters: its holidays count too."
    )


class DatesAnswer(_Why):
    """The days of a release; those that do not apply are left out."""

    period_start = serializers.DateField(required=False)
    period_end = serializers.DateField(required=False)
    statement_on = serializers.DateField(required=False)
    payment_due_on = serializers.DateField(required=False)
    last_lawful_day = serializers.DateField(required=False)
    cad_due_on = serializers.DateField(required=False)


class SecurityWish(serializers.Serializer[Any]):
    """A highest month and a form of security."""

    peak = serializers.DecimalField(min_value=0, **MONEY)
    form = serializers.ChoiceField([one.value for one in Form])


class SecurityAnswer(_Why):
    """The security it takes."""

    required = serializers.DecimalField(**MONEY)  # type: ignore[assignment]


class CaseWish(serializers.Serializer[Any]):
    """A basis in law and the day of the event it counts from."""

    basis = serializers.ChoiceField(sorted(LIMITS))
    event_on = serializers.DateField(help_text="The day of the notice, accounting, release…")


class CaseAnswer(_Why):
    """The last lawful day."""

    deadline_on = serializers.DateField()


class GstWish(serializers.Serializer[Any]):
    """The amounts of a line, in CAD."""

    vfd = serializers.DecimalField(min_value=0, help_text="Value for duty.", **MONEY)
    duty = serializers.DecimalField(min_value=0, **MONEY)
    sima = serializers.DecimalField(min_value=0, default=Decimal("0.00"), **MONEY)
    surtax = serializers.DecimalField(min_value=0, default=Decimal("0.00"), **MONEY)


class GstAnswer(_Why):
    """GST and what is payable."""

    value_for_tax = serializers.DecimalField(**MONEY)
    gst = serializers.DecimalField(**MONEY)
    total = serializers.DecimalField(**MONEY)


class InterestWish(serializers.Serializer[Any]):
    """An amount, when it was due and when it was paid."""

    amount = serializers.DecimalField(min_value=0, **MONEY)
    due_on = serializers.DateField()
    paid_on = serializers.DateField()


class InterestAnswer(_Why):
    """Interest to the cent."""

    interest = serializers.DecimalField(**MONEY)
    days = serializers.IntegerField()


class RuleDoor(RateHeaders, APIView):
    """One question to the rules; what the rulebook lacks is refused by name (422)."""

    http_method_names = ["get", "head"]
    wish: type[serializers.Serializer[Any]]
    answer: type[serializers.Serializer[Any]]

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        """The answer to a valid question."""
        raise NotImplementedError

    def get(self, request: Request) -> Response:
        unknown = sorted(set(request.query_params) - set(self.wish().fields))
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown})
        wish = self.wish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        try:
            found = self.asked(dict(wish.validated_data))
        except Refused as refused:
            raise Unprocessable(refused.reasons) from None
        return Response(self.answer(found).data)


class _DatesDoor(RuleDoor):
    wish, answer = ReleaseWish, DatesAnswer
    question = ""

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        return rule_answers.dates_answer(self.question, **said)


def _asked_as(
    name: str,
    wish: type[serializers.Serializer[Any]],
    answer: type[serializers.Serializer[Any]],
    question: str,
    **example: Any,
) -> Callable[[type[RuleDoor]], type[RuleDoor]]:
    """How a door stands in the OpenAPI document, with an example and its refusal."""
    shown = OpenApiExample(question, value=example, response_only=True, status_codes=["200"])
    refused = OpenApiResponse(ProblemSerializer, "The rulebook lacks a value, or cannot answer.")
    responses = {200: answer, (422, CONTENT_TYPE): refused}
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"rules_{name}", parameters=[wish], responses=responses, examples=[shown]
        )
    )


@_asked_as(
    "billing_period",
    ReleaseWish,
    DatesAnswer,
    "Released on 17 November 2026",
    period_start="2026-10-18",
    period_end="2026-11-17",
    statement_on="2026-11-25",
    payment_due_on="2026-12-01",
    last_lawful_day="2026-12-01",
    cad_due_on="2026-11-24",
    explanation=["…"],
)
class BillingPeriodDoor(_DatesDoor):
    """The billing period of a release, its statement and its due date."""

    question = "billing-period"


@_asked_as(
    "payment_due",
    ReleaseWish,
    DatesAnswer,
    "Released on 17 June 2026",
    period_start="2026-05-18",
    period_end="2026-06-17",
    statement_on="2026-06-25",
    payment_due_on="2026-07-01",
    last_lawful_day="2026-07-02",
    explanation=["…"],
)
class PaymentDueDoor(_DatesDoor):
    """When a release is to be paid."""

    question = "payment-due"


@_asked_as(
    "cad_due",
    ReleaseWish,
    DatesAnswer,
    "Released on 6 November 2026",
    period_start="2026-10-18",
    period_end="2026-11-17",
    cad_due_on="2026-11-16",
    explanation=["…"],
)
class CadDueDoor(_DatesDoor):
    """When a release is to be accounted for."""

    question = "cad-due"


@_asked_as(
    "security",
    SecurityWish,
    SecurityAnswer,
    "48,000.00 by bond",
    required="24000.00",
    explanation=["…"],
)
class SecurityRuleDoor(RuleDoor):
    """The security that a highest month takes, by bond or in cash."""

    wish, answer = SecurityWish, SecurityAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        return rule_answers.security_answer(**said, on=today_in_toronto())


@_asked_as(
    "case_deadline",
    CaseWish,
    CaseAnswer,
    "Section 60, notice of 25 August 2026",
    deadline_on="2026-11-23",
    explanation=["…"],
)
class CaseDeadlineDoor(RuleDoor):
    """Until when the law takes a correction, a claim, a dispute or an appeal."""

    wish, answer = CaseWish, CaseAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        return rule_answers.case_deadline_answer(**said)


@_asked_as(
    "gst",
    GstWish,
    GstAnswer,
    "Value for duty 10,000.00, duty 650.00",
    value_for_tax="10650.00",
    gst="532.50",
    total="1182.50",
    explanation=["…"],
)
class GstDoor(RuleDoor):
    """GST of a line."""

    wish, answer = GstWish, GstAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        value_for_duty = said.pop("vfd")
        return rule_answers.gst_answer(value_for_duty=value_for_duty, **said, on=today_in_toronto())


@_asked_as(
    "interest",
    InterestWish,
    InterestAnswer,
    "10,000.00, 21 days late at 8.5 % a year",
    interest="49.02",
    days=21,
    explanation=["…"],
)
class InterestDoor(RuleDoor):
    """What paying late costs; refused when a quarter has no rate."""

    wish, answer = InterestWish, InterestAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        return rule_answers.interest_answer(**said)


RULES = {
    "billing-period": BillingPeriodDoor,
    "payment-due": PaymentDueDoor,
    "cad-due": CadDueDoor,
    "security": SecurityRuleDoor,
    "case-deadline": CaseDeadlineDoor,
    "gst": GstDoor,
    "interest": InterestDoor,
}
