"""Raise the tenant wall around the clients room."""

from django.db import migrations

from carmsvc.platform.tenancy import Wall


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial"), ("platform", "0001_initial")]

    operations = [
        Wall("Importer", column="id"),
        Wall("ProgramAccount"),
        Wall("Membership", own_rows="user_id"),
        Wall("StaffAssignment", own_rows="user_id"),
        migrations.RunSQL(
            "ALTER TABLE clients_importer ADD CONSTRAINT clients_importer_key "
            "FOREIGN KEY (id) REFERENCES platform_tenantkey (id)",
            "ALTER TABLE clients_importer DROP CONSTRAINT clients_importer_key",
        ),
    ]
