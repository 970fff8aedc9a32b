"""Addresses of the reconciliation room."""

from django.urls import path

from reconciliation import views

RUN = "runs/<int:run_id>/"
urlpatterns = [
    path("", views.home, name="home"),
    path("work/", views.work_queue, name="work-queue"),
    path("importers/<int:importer_id>/", views.importer_page, name="importer"),
    path(
        "statements/<int:statement_id>/reconciliation/",
        views.reconciliation,
        name="reconciliation",
    ),
    path("statements/<int:statement_id>/runs/", views.run_request, name="run-request"),
    path(RUN, views.run_page, name="run"),
    path(f"{RUN}progress/", views.run_progress, name="run-progress"),
    path(f"{RUN}attempts/", views.run_attempts, name="run-attempts"),
    path(f"{RUN}<slug:place>/<slug:reason>/", views.run_groups, name="run-groups"),
    path(f"{RUN}explanations/", views.run_explanations, name="run-explanations"),
    path(f"{RUN}suggestions/<int:group_no>/<slug:verdict>/", views.suggestion, name="suggestion"),
    path(f"{RUN}sign-offs/", views.run_sign_offs, name="run-sign-offs"),
    path(f"{RUN}reopening/", views.run_reopening, name="run-reopening"),
    path(
        "variances/<int:variance_id>/reopening/",
        views.variance_reopening,
        name="variance-reopening",
    ),
]
