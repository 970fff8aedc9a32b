"""The API's doors to the rules: an answer and why, in the language of the request."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.problems import Unprocessable
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
    sima = serializers.DecimalField(min_value=0, default="0.00", **MONEY)
    surtax = serializers.DecimalField(min_value=0, default="0.00", **MONEY)


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


@extend_schema(
    operation_id="rules_billing_period",
    parameters=[ReleaseWish],
    responses=DatesAnswer,
    examples=[
        OpenApiExample(
            "Released on 17 November 2026",
            value={
                "period_start": "2026-10-18",
                "period_end": "2026-11-17",
                "statement_on": "2026-11-25",
                "payment_due_on": "2026-12-01",
                "explanation": ["…"],
            },
            response_only=True,
        )
    ],
)
class BillingPeriodDoor(_DatesDoor):
    """The billing period of a release, its statement and its due date."""

    question = "billing-period"


@extend_schema(operation_id="rules_payment_due", parameters=[ReleaseWish], responses=DatesAnswer)
class PaymentDueDoor(_DatesDoor):
    """When a release is to be paid."""

    question = "payment-due"


@extend_schema(operation_id="rules_cad_due", parameters=[ReleaseWish], responses=DatesAnswer)
class CadDueDoor(_DatesDoor):
    """When a release is to be accounted for."""

    question = "cad-due"


@extend_schema(operation_id="rules_security", parameters=[SecurityWish], responses=SecurityAnswer)
class SecurityRuleDoor(RuleDoor):
    """The security that a highest month takes, by bond or in cash."""

    wish, answer = SecurityWish, SecurityAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        return rule_answers.security_answer(**said, on=today_in_toronto())


@extend_schema(operation_id="rules_case_deadline", parameters=[CaseWish], responses=CaseAnswer)
class CaseDeadlineDoor(RuleDoor):
    """Until when the law takes a correction, a claim, a dispute or an appeal."""

    wish, answer = CaseWish, CaseAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        return rule_answers.case_deadline_answer(**said)


@extend_schema(operation_id="rules_gst", parameters=[GstWish], responses=GstAnswer)
class GstDoor(RuleDoor):
    """GST of a line."""

    wish, answer = GstWish, GstAnswer

    def asked(self, said: dict[str, Any]) -> dict[str, Any]:
        value_for_duty = said.pop("vfd")
        return rule_answers.gst_answer(value_for_duty=value_for_duty, **said, on=today_in_toronto())


@extend_schema(operation_id="rules_interest", parameters=[InterestWish], responses=InterestAnswer)
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
