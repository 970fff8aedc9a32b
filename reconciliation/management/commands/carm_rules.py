"""Ask the rulebook: days, security, deadlines, GST, interest, each with its explanation."""

from typing import Any

from django.core.management.base import CommandParser

from carmsvc.platform.commands import DoorCommand, amount, day
from carmsvc.platform.dates import today_in_toronto
from reconciliation.queries import rule_answers
from statements.rules.security import Form
from statements.rules.streams import Stream

DATES = {
    "billing-period": "the period, statement and due date of a release",
    "payment-due": "when a release is to be paid",
    "cad-due": "when a release is to be accounted for",
}


class Command(DoorCommand):
    """`carm_rules QUESTION …`; dates are ISO, amounts are dollars and cents."""

    help = "Ask the rules of CARM; every answer says why."

    def add_arguments(self, parser: CommandParser) -> None:
        questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
        for name, told in DATES.items():
            self._dates(questions.add_parser(name, help=told))
        self._security(questions.add_parser("security", help="what a highest month takes"))
        self._case(questions.add_parser("case-deadline", help="until when the law takes it"))
        self._gst(questions.add_parser("gst", help="GST of a line"))
        self._interest(questions.add_parser("interest", help="what paying late costs"))

    def _dates(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--released-on", type=day, required=True, metavar="DATE")
        parser.add_argument("--stream", choices=[one.value for one in Stream], default="commercial")
        parser.add_argument("--province", default="", metavar="ON", help="its holidays count too")

    def _security(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--peak", type=amount, required=True, metavar="AMOUNT")
        parser.add_argument("--form", choices=[one.value for one in Form], required=True)

    def _case(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--basis", required=True)
        parser.add_argument("--from", dest="event_on", type=day, required=True, metavar="DATE")

    def _gst(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--vfd", type=amount, required=True, metavar="AMOUNT")
        parser.add_argument("--duty", type=amount, required=True, metavar="AMOUNT")
        parser.add_argument("--sima", type=amount, default="0.00", metavar="AMOUNT")
        parser.add_argument("--surtax", type=amount, default="0.00", metavar="AMOUNT")

    def _interest(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--amount", type=amount, required=True, metavar="AMOUNT")
        parser.add_argument("--due-on", type=day, required=True, metavar="DATE")
        parser.add_argument("--paid-on", type=day, required=True, metavar="DATE")

    def answer(self, **said: Any) -> dict[str, Any]:
        question = said["question"]
        today = today_in_toronto()
        if question in DATES:
            return rule_answers.dates_answer(
                question,
                released_on=said["released_on"],
                stream=said["stream"],
                province=said["province"],
            )
        if question == "security":
            return rule_answers.security_answer(peak=said["peak"], form=said["form"], on=today)
        if question == "case-deadline":
            return rule_answers.case_deadline_answer(basis=said["basis"], event_on=said["event_on"])
        if question == "gst":
            return rule_answers.gst_answer(
                value_for_duty=said["vfd"],
                duty=said["duty"],
                sima=said["sima"],
                surtax=said["surtax"],
                on=today,
            )
        return rule_answers.interest_answer(
            amount=said["amount"], due_on=said["due_on"], paid_on=said["paid_on"]
        )
