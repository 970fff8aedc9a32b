"""When a password was changed; and whoever is here already has shown that their address is theirs."""

from typing import Any

from django.db import migrations, models


def verify_addresses(apps: Any, schema_editor: Any) -> None:
    """People came by invitation of the brokerage, which knew their addresses."""
    address = apps.get_model("account", "EmailAddress").objects.using(
        schema_editor.connection.alias
    )
    people = apps.get_model("clients", "User").objects.using(schema_editor.connection.alias)
    for person in people.iterator():
        address.update_or_create(
            user_id=person.pk, email=person.email, defaults={"verified": True, "primary": True}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0005_one_lead"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(verify_addresses, migrations.RunPython.noop),
    ]
