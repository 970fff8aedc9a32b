"""Alerts of security, behind the wall."""

import django.db.models.deletion
from django.db import migrations, models

import carmsvc.platform.fields
import carmsvc.platform.tenancy
from carmsvc.platform.tenancy import Wall


class Migration(migrations.Migration):
    dependencies = [("clients", "0013_importer_profiles")]

    operations = [
        migrations.CreateModel(
            name="SecurityAlert",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("review", "By the yearly review"),
                            ("running", "By the months since the review"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("notice", "Getting used up"),
                            ("warning", "Nearly used up"),
                            ("full", "Used up"),
                        ],
                        max_length=10,
                    ),
                ),
                ("required", carmsvc.platform.fields.MoneyField(decimal_places=2, max_digits=14)),
                ("posted", carmsvc.platform.fields.MoneyField(decimal_places=2, max_digits=14)),
                ("has_risen", models.BooleanField()),
                ("raised_on", models.DateField()),
                ("cleared_on", models.DateField(null=True)),
                (
                    "importer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.importer",
                    ),
                ),
                (
                    "program_account",
                    carmsvc.platform.tenancy.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.programaccount",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["importer", "raised_on"], name="security_alerts_by_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_on", None)),
                        fields=("importer", "program_account", "measure"),
                        name="one_open_alert_of_a_measure",
                    )
                ],
            },
        ),
        Wall("SecurityAlert", parents={"program_account_id": "clients_programaccount"}),
    ]
