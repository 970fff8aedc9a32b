"""Let somebody in again who has lost their device and their recovery codes."""

from typing import Any

from django.core.management.base import CommandParser

from carmsvc.platform.commands import DoorCommand
from clients.actions.accounts import remove_second_factors
from clients.queries import person_called


class Command(DoorCommand):
    """`remove_second_factors --email E`: they set one up anew at their next sign-in."""

    help = "Take a person's second factors off and end their sessions; make sure who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--email", required=True)

    def answer(self, **options: Any) -> dict[str, Any]:
        person = person_called(options["email"])
        return {"email": person.email, "removed": remove_second_factors(person=person)}
