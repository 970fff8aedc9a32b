import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def tell_as_grants(apps, schema_editor):
    """What a key could do before, it can do after."""
    keys = apps.get_model("platform", "ApiKey").objects.using(schema_editor.connection.alias)
    keys.filter(may_write=True).update(grants=["*:write"])
    keys.filter(may_write=False).update(grants=["*:read"])


def tell_as_flag(apps, schema_editor):
    """A key that could change a part only reads again."""
    keys = apps.get_model("platform", "ApiKey").objects.using(schema_editor.connection.alias)
    keys.filter(grants__contains=["*:write"]).update(may_write=True)


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0006_audit_follows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="grants",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80), default=list, size=None
            ),
        ),
        migrations.RunPython(tell_as_grants, tell_as_flag),
        migrations.RemoveField(
            model_name="apikey",
            name="may_write",
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_call",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_from",
            field=models.CharField(blank=True, max_length=45),
        ),
        migrations.AddField(
            model_name="apikey",
            name="refusal_told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="replaced_by",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="platform.apikey",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="revoked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="wish",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["importer_ids"], name="keys_of_importer"
            ),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(
                condition=models.Q(("revoked_at", None)),
                fields=["expires_at"],
                name="keys_by_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_by", None), ("revoked_at__isnull", False), _connector="OR"
                ),
                name="a_key_revoked_by_somebody_is_revoked",
            ),
        ),
    ]
