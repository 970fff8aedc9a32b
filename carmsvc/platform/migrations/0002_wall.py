"""Raise the tenant wall around the audit chain."""

from django.db import migrations

from carmsvc.platform.tenancy import Wall


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial"), ("clients", "0001_initial")]

    operations = [Wall("AuditEvent")]
