"""The clock of a request for help, moved along with its state. Nothing here saves a row."""

from datetime import datetime

from clients.models import HelpWanted
from clients.queries.service_levels import service_levels
from clients.rules.service_levels import business_time_after, due_after_pause, due_with_target
from clients.rules.support import CLOCK_STANDS, OVER, PAUSED, State


def start_clock(wanted: HelpWanted, now: datetime) -> None:
    """Promise an answer and an end, from now on."""
    levels = service_levels()
    target = levels.target(wanted.category, wanted.priority)
    wanted.answer_due_at = business_time_after(now, target.answer, levels.hours)
    wanted.resolution_due_at = business_time_after(now, target.resolution, levels.hours)
    wanted.paused_at = wanted.solved_at = None
    _show_next(wanted)


def note_answer(wanted: HelpWanted, now: datetime) -> None:
    """The staff have answered: what was promised first is kept, or broken."""
    if wanted.answer_due_at:
        wanted.answered_late |= now > wanted.answer_due_at
    wanted.answer_due_at = None
    wanted.answered_at = wanted.answered_at or now
    _show_next(wanted)


def move_to(wanted: HelpWanted, state: State, now: datetime) -> None:
    """Put the request in a state, and let its clock run, stand or begin anew."""
    earlier = wanted.standing
    wanted.state = state.value
    if earlier in OVER and state not in OVER:
        start_clock(wanted, now)
        return
    if earlier in PAUSED and state not in PAUSED:
        _go_on(wanted, now)
    if state in PAUSED and earlier not in PAUSED:
        wanted.paused_at = now
    if state in OVER and earlier not in OVER:
        _stop(wanted, now)
    _show_next(wanted)


def promise_anew(wanted: HelpWanted, category: str, priority: str, now: datetime) -> None:
    """Another category or priority: what is left of the time is measured by the new target."""
    levels = service_levels()
    earlier = levels.target(wanted.category, wanted.priority)
    wanted.category, wanted.priority = category, priority
    target, at = levels.target(category, priority), wanted.paused_at or now
    if wanted.is_over:
        return
    if wanted.answer_due_at:
        wanted.answer_due_at = due_with_target(
            wanted.answer_due_at, at, earlier.answer, target.answer, levels.hours
        )
    wanted.resolution_due_at = due_with_target(
        wanted.resolution_due_at, at, earlier.resolution, target.resolution, levels.hours
    )
    _show_next(wanted)


def _go_on(wanted: HelpWanted, now: datetime) -> None:
    if wanted.paused_at:
        hours, paused_at = service_levels().hours, wanted.paused_at
        wanted.resolution_due_at = due_after_pause(wanted.resolution_due_at, paused_at, now, hours)
    wanted.paused_at = None


def _stop(wanted: HelpWanted, now: datetime) -> None:
    wanted.solved_late |= now > wanted.resolution_due_at
    if wanted.answer_due_at:
        wanted.answered_late |= now > wanted.answer_due_at
    wanted.answer_due_at, wanted.solved_at = None, now


def _show_next(wanted: HelpWanted) -> None:
    runs = wanted.standing not in CLOCK_STANDS
    wanted.clock_due_at = (wanted.answer_due_at or wanted.resolution_due_at) if runs else None
