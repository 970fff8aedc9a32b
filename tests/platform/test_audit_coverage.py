"""Nothing that an action writes goes untold: found by reading the code, proved by a story."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carmsvc.platform import work
from carmsvc.platform.audit import AuditEvent
from clients.models import Importer, ProgramAccount, User
from reconciliation import actions as reconciliation
from reconciliation.models import MatchRun, SignOff, Variance
from statements import actions as statements
from statements.models import Statement, StatementFile
from tests.books import decided, reconciled
from tests.pages.conftest import october
from tests.statements.door import line, statement_file

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("carmsvc", "clients", "delegation", "statements", "reconciliation", "training")
Function = tuple[str, str]  # its module and its name

# what leaves no event itself, and why
UNTOLD = {
    ("clients.actions.accounts", "end_other_sessions"): "part of a change of factor or password",
    ("clients.actions.accounts", "mark_email_verified"): "part of letting a person in",
    ("clients.actions.accounts", "note_password_changed"): "part of a change of password",
    ("clients.actions.accounts", "remove_second_factors"): "each factor is told as it goes",
    ("clients.actions.document_checks", "local_copy"): "writes nothing that stays",
    ("clients.actions.document_checks", "reindex"): "part of a change of the document",
    ("clients.actions.document_checks", "versions_to_check"): "writes nothing",
    ("clients.actions.document_packages", "packages_waiting"): "writes nothing",
    ("clients.actions.document_packages", "park_exhausted_packages"): "the row says it",
    ("clients.actions.documents", "locked_document"): "writes nothing",
    ("clients.actions.documents", "said_why"): "writes nothing",
    ("clients.actions.client_list_template", "client_list_template"): "writes nothing",
    ("clients.actions.client_lists", "park_exhausted_lists"): "the row says it",
    ("clients.actions.importer_contacts", "reasons_against_contact"): "writes nothing",
    ("clients.actions.importer_contacts", "told_of"): "writes nothing",
    ("clients.actions.readiness", "as_kept"): "writes nothing",
    ("clients.actions.readiness", "one_keeper_at_a_time"): "waits, and writes nothing",
    ("clients.actions.readiness_answers", "told_of"): "writes nothing",
    ("clients.actions.portal", "held_portal_user"): "writes nothing",
    ("clients.actions.portal", "held_role"): "writes nothing",
    ("clients.actions.portal", "is_address"): "writes nothing",
    ("clients.actions.portal", "told_of"): "writes nothing",
    ("clients.actions.portal", "told_of_role"): "writes nothing",
    ("clients.actions.portal_verifications", "held_round"): "writes nothing",
    ("clients.actions.portal_verifications", "lines_of"): "writes nothing",
    ("clients.actions.portal_verifications", "said_why"): "writes nothing",
    ("clients.actions.importers", "normalised_number"): "writes nothing",
    ("clients.actions.importers", "warnings_about"): "writes nothing",
    ("clients.actions.invitations", "hash_of"): "writes nothing",
    ("clients.actions.keys", "warn_of_expiring_keys"): "a letter; the outbox keeps it",
    ("clients.actions.leavers", "end_sessions"): "part of a leaving or a signing out",
    ("clients.actions.reminders", "read_notices"): "what somebody has read of their own",
    ("clients.actions.reminders", "remind"): "a notice and a letter; both are kept",
    ("clients.actions.reminders", "send_digests"): "a letter; the outbox keeps it",
    ("clients.actions.reminders", "tell_at_once"): "a notice and a letter; both are kept",
    ("clients.actions.received_letters", "letters_to_read"): "writes nothing",
    ("clients.actions.received_letters", "park_exhausted_letters"): "the row says it",
    ("clients.actions.received_letters", "receive_letter"): "the row is kept until it is read",
    ("clients.actions.reply_addresses", "reply_address"): "writes nothing",
    ("clients.actions.reply_addresses", "reply_to_of"): "writes nothing",
    ("clients.actions.support", "new_number"): "writes nothing",
    ("clients.actions.support_checks", "check_step"): "writes nothing",
    ("clients.actions.support_checks", "reasons_against_handling"): "writes nothing",
    ("clients.actions.support_checks", "reasons_against_request"): "writes nothing",
    ("clients.actions.support_checks", "reasons_against_text"): "writes nothing",
    ("clients.actions.support_checks", "refuse_step"): "writes nothing",
    ("clients.actions.support_checks", "set_subject"): "part of a new request",
    ("clients.actions.support_clock", "move_to"): "part of a change of the request",
    ("clients.actions.support_clock", "note_answer"): "part of a change of the request",
    ("clients.actions.support_clock", "promise_anew"): "part of a change of the request",
    ("clients.actions.support_clock", "start_clock"): "part of a change of the request",
    ("clients.actions.support_lapse", "quiet_requests"): "writes nothing",
    ("clients.actions.support_telling", "tell_of_lapse"): "a letter; the outbox keeps it",
    ("clients.actions.support_telling", "tell_of_message"): "a notice and a letter; both are kept",
    ("clients.actions.support_telling", "tell_of_note"): "a notice; it is kept",
    ("clients.actions.support_telling", "threading"): "writes nothing",
    ("clients.actions.documents", "reasons_against_file"): "writes nothing",
    ("clients.actions.onboarding_steps", "held_step"): "writes nothing",
    ("clients.actions.onboarding_steps", "settle_readiness"): "part of a change of a step",
    ("clients.actions.secrets", "against_secrets"): "writes nothing",
    ("clients.actions.secrets", "refuse_secrets"): "writes nothing",
    ("delegation.actions.evidence", "check_scan"): "writes nothing",
    ("reconciliation.actions.runs", "input_digest"): "writes nothing",
    ("reconciliation.actions.signatures", "refuse_unless_standing"): "writes nothing",
}


def _modules() -> dict[str, ast.Module]:
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): (
            ast.parse(path.read_text(encoding="utf-8"))
        )
        for path in paths
        if "migrations" not in path.parts
    }


MODULES = _modules()


def _imports(module: str) -> dict[str, str]:
    """What a name stands for in a module: `audit` for `carmsvc.platform.audit`."""
    found = {}
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def _functions(module: str) -> dict[str, ast.FunctionDef]:
    body = MODULES[module].body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def _named(dotted: str) -> Function | None:
    """The function of ours that a dotted name stands for, through a package's front too."""
    module, _, name = dotted.rpartition(".")
    if module not in MODULES:
        return None
    if name in _functions(module):
        return module, name
    onward = _imports(module).get(name)
    return _named(onward) if onward and onward != dotted else None


def _uses(function: Function) -> Iterator[Function]:
    """Every function of ours that a function names, called or handed on."""
    module, name = function
    known, own = _imports(module), _functions(module)
    for node in ast.walk(own[name]):
        if isinstance(node, ast.Name):
            found = (module, node.id) if node.id in own else _named(known.get(node.id, ""))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = _named(f"{known.get(node.value.id, '')}.{node.attr}")
        else:
            continue
        if found:
            yield found


def tells(function: Function) -> bool:
    """Whether a function, or anything it uses, appends to an audit chain."""
    seen, ahead = set(), [function]
    while ahead:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in RECORDERS:
            return True
        ahead += _uses(one)
    return False


RECORDERS = {
    ("carmsvc.platform.audit", "record"),
    ("carmsvc.platform.audit", "record_for_brokerage"),
}
ACTIONS = [
    (module, name)
    for module in sorted(MODULES)
    if "actions" in module.split(".") and not module.startswith("carmsvc.")
    for name in _functions(module)
    if not name.startswith("_")
]


def test_the_search_finds_the_actions_of_every_room() -> None:
    assert {module.split(".")[0] for module, _ in ACTIONS} >= {
        "clients",
        "statements",
        "reconciliation",
    }
    assert ("reconciliation.actions.signatures", "sign_off") in ACTIONS


@pytest.mark.parametrize("action", ACTIONS, ids=lambda one: ".".join(one))
def test_an_action_tells_the_audit_or_says_here_why_not(action: Function) -> None:
    assert tells(action) is not (action in UNTOLD)


def test_nothing_stands_here_that_is_no_action() -> None:
    assert set(UNTOLD) - set(ACTIONS) == set()


# the story of a month, told by the chain


def told_since(importer: Importer, sequence: int) -> list[AuditEvent]:
    events = AuditEvent.objects.filter(importer_id=importer.pk, sequence__gt=sequence)
    return list(events.order_by("sequence"))


def last_sequence(importer: Importer) -> int:
    return AuditEvent.objects.filter(importer_id=importer.pk).latest("sequence").sequence


def one_told(importer: Importer, action: str) -> AuditEvent:
    event: AuditEvent = AuditEvent.objects.get(importer_id=importer.pk, action=action)
    return event


def test_a_file_is_told_from_the_door_to_the_statement(account: ProgramAccount) -> None:
    start = last_sequence(account.importer)

    file = statement_file(account, line("1", "1.00"))

    received, loaded = told_since(account.importer, start)
    assert (received.action, received.actor, received.target_id) == (
        "file received",
        "command",
        file.pk,
    )
    assert received.after["program_account"] == "123456782RM0001"
    assert received.details["sha256"] == file.sha256
    assert (loaded.action, loaded.actor) == ("file loaded", "worker")
    assert (loaded.before, loaded.after) == ({"state": "reading"}, {"state": "loaded"})
    assert (loaded.details["rows"], loaded.details["errors"]) == (1, 0)


def test_a_corrected_statement_tells_which_one_it_replaced(account: ProgramAccount) -> None:
    statement_file(account, line("1", "1.00"))
    older = Statement.objects.get()

    statement_file(account, line("1", "2.00"))

    newer = Statement.objects.get(superseded_by=None)
    told = one_told(account.importer, "statement superseded")
    assert (told.target_kind, told.target_id) == ("statement", older.pk)
    assert (told.before, told.after) == ({"superseded_by": None}, {"superseded_by": newer.pk})


def test_a_file_that_failed_three_times_is_told_with_whom_it_is_named_to(
    account: ProgramAccount, analyst: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.WORK_RETRY_SECONDS = 0

    def fails(*_: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("statements.reading.read_and_load", fails)
    file = statement_file(account, line("1", "1.00"))
    for _ in range(2):
        StatementFile.objects.update(leased_until=None)
        statements.take_in_statement_file(importer_id=account.importer_id, file_id=file.pk)
    file = StatementFile.objects.get()

    parked = one_told(account.importer, "file parked")
    assert (parked.actor, parked.after) == ("worker", {"parked_for": analyst.email})
    statements.send_again(file=file, by=analyst)
    again = one_told(account.importer, "sent again")
    assert (again.actor, again.actor_id) == (analyst.email, analyst.pk)
    assert (again.before, again.after) == ({"parked_for": analyst.email}, {"parked_for": None})


def test_work_whose_worker_died_three_times_is_told_too(
    account: ProgramAccount, analyst: User
) -> None:
    run = october(account)
    file = statement_file(account, line("1", "1.00"))
    StatementFile.objects.filter(pk=file.pk).update(
        state="received", attempts=work.MOST_ATTEMPTS, leased_until=None
    )
    MatchRun.objects.filter(pk=run.pk).update(state="requested", attempts=work.MOST_ATTEMPTS)

    statements.park_exhausted_files([account.importer_id])
    reconciliation.park_exhausted_runs([account.importer_id])

    for action, target in (("file parked", file.pk), ("run parked", run.pk)):
        told = one_told(account.importer, action)
        assert (told.target_id, told.after) == (target, {"parked_for": analyst.email})


def test_who_takes_an_original_or_its_bad_rows_is_told(
    account: ProgramAccount, analyst: User
) -> None:
    file = statement_file(account, line("1", "1.00"))

    statements.open_original(file=file, by=analyst).close()
    statements.note_rows_exported(file=file, severity="error", by=analyst)

    opened = one_told(account.importer, "original opened")
    assert (opened.actor, opened.target_kind, opened.target_id) == (
        analyst.email,
        "statementfile",
        file.pk,
    )
    assert opened.details == {"file_name": file.file_name, "sha256": file.sha256}
    assert one_told(account.importer, "rows exported").details["severity"] == "error"


def test_every_decision_on_a_run_is_told_with_before_and_after(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = october(account)
    requested, finished = (
        one_told(account.importer, f"run {word}") for word in ("requested", "finished")
    )
    assert (requested.actor, requested.target_id) == ("worker", run.pk)
    assert (finished.before, finished.after) == (None, {"run": run.pk})
    run = decided(run, analyst)
    start = last_sequence(account.importer)
    numbers = list(
        Variance.objects.filter(run=run).order_by("group_no").values_list("group_no", flat=True)
    )
    explained = {"run": run, "reason_code": "timing", "by": analyst}

    reconciliation.explain_variances(**explained, group_nos=numbers[:1], note="late")
    reconciliation.reopen_variance(variance=Variance.objects.get(note="late"), by=analyst)
    reconciliation.explain_variances(**explained, group_nos=numbers, note="")
    reconciliation.sign_off(run=run, by=analyst)
    reconciliation.sign_off(run=run, by=reviewer)
    reconciliation.reopen_run(run=run, by=reviewer, reason=" a credit came ")

    events = told_since(account.importer, start)
    assert [event.action for event in events] == [
        "variance explained",
        "variance reopened",
        *["variance explained"] * len(numbers),
        "signed off as preparer",
        "signed off as reviewer",
        "run reopened",
    ]
    nothing = {"state": "open", "reason_code": "", "note": ""}
    late = {"state": "explained", "reason_code": "timing", "note": "late"}
    assert (events[0].before, events[0].after) == (nothing, late)
    assert (events[1].before, events[1].after) == (late, nothing)
    assert {event.details["run"] for event in events[:-3]} == {run.pk}
    both = {"preparer": analyst.email, "reviewer": reviewer.email}
    assert (events[-3].before, events[-3].after) == ({}, {"preparer": analyst.email})
    assert (events[-2].before, events[-2].after) == ({"preparer": analyst.email}, both)
    assert (events[-1].before, events[-1].after) == (both, None)
    assert events[-1].details == {"reason": "a credit came"}
    assert SignOff.objects.filter(reopened_at=None).count() == 0


def test_a_decision_on_a_suggestion_and_the_run_it_asks_for_are_told(
    account: ProgramAccount, analyst: User
) -> None:
    run = october(account)
    start = last_sequence(account.importer)
    group_no = run.placements.filter(place="suggestion").first().group_no

    after = reconciliation.confirm_suggestion(run=run, group_no=group_no, by=analyst)
    reconciled(run.statement)

    decided, requested, finished = told_since(account.importer, start)[:3]
    assert (decided.action, decided.actor) == ("suggestion confirmed", analyst.email)
    assert (decided.before, decided.after) == (None, {"verdict": "confirmed"})
    assert decided.details["run"] == run.pk
    assert (requested.action, requested.actor) == ("run requested", analyst.email)
    assert (finished.before, finished.after) == ({"run": run.pk}, {"run": after.pk})
