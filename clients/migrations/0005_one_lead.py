"""An importer has one lead, and so has a client group."""

from django.db import migrations, models

# of several leads the one who was assigned first stays
KEEP_THE_FIRST = """
    UPDATE {table} AS later SET is_lead = false
    FROM {table} AS earlier
    WHERE later.is_lead AND earlier.is_lead AND later.{of} = earlier.{of} AND later.id > earlier.id
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0004_calendar_feed")]

    operations = [
        migrations.RunSQL(
            KEEP_THE_FIRST.format(table="clients_staffassignment", of="importer_id"),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            KEEP_THE_FIRST.format(table="clients_groupstaff", of="group_id"),
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="groupedimporter",
            index=models.Index(fields=["group", "importer"], name="places_of_a_group"),
        ),
        migrations.AddConstraint(
            model_name="groupstaff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_lead", True)),
                fields=("group",),
                name="one_lead_of_a_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffassignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_lead", True)),
                fields=("importer",),
                name="one_lead_of_an_importer",
            ),
        ),
    ]
