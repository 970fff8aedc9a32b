"""What the records tell of a step of an onboarding: whether it is so, whoever said it was done."""

from collections.abc import Iterable
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
        return self._results == {Result.PASSED}

    @property
    def contradict(self) -> bool:
        """Whether the step is said to be done and the records show that it is not so."""
        return self.step.standing is StepState.DONE and Result.FAILED in self._results

    @property
    def are_silent(self) -> bool:
        """Whether the step is said to be done and what would show it is not on record."""
        is_done = self.step.standing is StepState.DONE
        return is_done and Result.UNKNOWN in self._results and not self.contradict

    @property
    def _results(self) -> set[Result]:
        return {one.result for one in self.judged} - {Result.NOT_APPLICABLE}


def records_of(step: OnboardingStep, today: date) -> StepRecords | None:
    """What the records tell of a step; None for one that no record tells of."""
    return next(iter(records_of_steps([step], today)), None)


def records_of_steps(steps: Iterable[OnboardingStep], today: date) -> list[StepRecords]:
    """What the records tell of the steps of one importer; those that no record tells of are out."""
    known = {code for one in checks() for code in one.steps}
    told = [one for one in steps if one.code in known]
    if not told:
        return []
    found = readiness_of(told[0].importer_id, today).judged
    return [
        StepRecords(step, tuple(one for one in found if step.code in one.check.steps))
        for step in told
    ]


def contradicted_steps(steps: Iterable[OnboardingStep], today: date) -> set[str]:
    """The codes of the steps of one importer that are said to be done and, by the records, are not
    so. The queries do not grow with the steps.
    """
    done = [one for one in steps if one.standing is StepState.DONE]
    return {one.step.code for one in records_of_steps(done, today) if one.contradict}
