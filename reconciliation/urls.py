"""Addresses of the reconciliation room."""

from django.urls import path

from reconciliation.views import pay_answer, runs

RUN = "runs/<int:run_id>/"
urlpatterns = [
    path("", runs.home, name="home"),
    path("work/", runs.work_queue, name="work-queue"),
    path(
        "importers/<int:importer_id>/statements/",
        runs.importer_statements,
        name="importer-statements",
    ),
    path(
        "statements/<int:statement_id>/reconciliation/",
        runs.reconciliation,
        name="reconciliation",
    ),
    path(
        "statements/<int:statement_id>/pay-answer/",
        pay_answer.statement_answer,
        name="statement-pay-answer",
    ),
    path(
        "program-accounts/<int:account_id>/pay-answer/",
        pay_answer.account_answer,
        name="pay-answer",
    ),
    path("statements/<int:statement_id>/runs/", runs.run_request, name="run-request"),
    path(RUN, runs.run_page, name="run"),
    path(f"{RUN}progress/", runs.run_progress, name="run-progress"),
    path(f"{RUN}attempts/", runs.run_attempts, name="run-attempts"),
    path(f"{RUN}<slug:place>/<slug:reason>/", runs.run_groups, name="run-groups"),
    path(f"{RUN}explanations/", runs.run_explanations, name="run-explanations"),
    path(
        f"{RUN}kinds/<slug:kind>/explanation/",
        runs.run_kind_explanation,
        name="run-kind-explanation",
    ),
    path(f"{RUN}suggestions/<int:group_no>/<slug:verdict>/", runs.suggestion, name="suggestion"),
    path(f"{RUN}sign-offs/", runs.run_sign_offs, name="run-sign-offs"),
    path(f"{RUN}reopening/", runs.run_reopening, name="run-reopening"),
    path(
        "decisions/<int:decision_id>/withdrawal/",
        runs.decision_withdrawal,
        name="decision-withdrawal",
    ),
    path(
        "variances/<int:variance_id>/reopening/",
        runs.variance_reopening,
        name="variance-reopening",
    ),
]
