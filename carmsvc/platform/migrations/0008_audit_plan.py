"""Plan the look at the last audit event anew each time.

A plan that was kept from when the table was small reads all of it: a connection that adds ten
thousand events would take ever longer for each.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0007_key_grants")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION audit_event_follows() SET plan_cache_mode = force_custom_plan",
            "ALTER FUNCTION audit_event_follows() RESET plan_cache_mode",
        )
    ]
