"""The Celery application: every room's tasks, their schedule from the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carmsvc.settings")

app = Celery("carmsvc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
