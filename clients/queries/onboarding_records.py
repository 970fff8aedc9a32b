"""What the records tell of a step of an onboarding: whether it is so, whoever said it was done."""

from dataclasses import dataclass
from datetime import date

from clients.models import OnboardingStep
from clients.queries.readiness import Judged, readiness_of
from clients.queries.readiness_page import Line, lines_of
from clients.readiness import checks
from clients.rules.onboarding import StepState
from clients.rules.readiness import Result


@dataclass(frozen=True)
class StepRecords:
    """The readiness checks that tell of a step, as they stand on a day."""

    step: OnboardingStep
    judged: tuple[Judged, ...]

    @property
    def lines(self) -> list[Line]:
        """As they are shown."""
        return list(lines_of(self.judged))

    @property
    def show_it(self) -> bool:
        """Whether the records show all that the step is for."""
        results = {one.result for one in self.judged} - {Result.NOT_APPLICABLE}
        return results == {Result.PASSED}

    @property
    def contradict(self) -> bool:
        """Whether the step is said to be done and the records show that it is not so."""
        is_done = self.step.standing is StepState.DONE
        return is_done and any(one.result is Result.FAILED for one in self.judged)


def records_of(step: OnboardingStep, today: date) -> StepRecords | None:
    """What the records tell of a step; None for one that no record tells of."""
    if not any(step.code in one.steps for one in checks()):
        return None
    found = readiness_of(step.importer_id, today).judged
    return StepRecords(step, tuple(one for one in found if step.code in one.check.steps))
