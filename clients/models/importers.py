"""The importers (the tenants) and their program accounts."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import ScopedManager, TenantModel
from clients.models.people import User

BN9_PATTERN = r"^\d{9}$"
BN15_PATTERN = r"^\d{9}RM\d{4}$"


class Importer(models.Model):
    """The tenant: a business that imports goods, known to the CBSA by its BN9."""

    app_may = ("SELECT", "INSERT", "UPDATE")

    id = models.BigIntegerField(primary_key=True)
    legal_name = models.CharField(_("legal name"), max_length=200)
    bn9 = models.CharField(
        _("business number"), max_length=9, unique=True, validators=[RegexValidator(BN9_PATTERN)]
    )
    language = models.CharField(max_length=2, choices=User.Language, default=User.Language.ENGLISH)
    amount_tolerance = MoneyField(_("amount tolerance"), default="0.05")
    requires_second_factor = models.BooleanField(
        _("its people need a second factor to sign in"), default=False
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_tolerance__gte=0, amount_tolerance__lte=10),
                name="tolerance_is_small_and_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class ProgramAccount(TenantModel):
    """An RM account (BN15): where money, statements and security sit.

    `payer` is the private arrangement of who pays the CBSA; the importer owes it either way
    (Customs Act, s. 17(3)). `pays_by_debit` says whether a pre-authorized debit agreement is on
    for the account in the portal; None while nobody has said.
    """

    class Payer(models.TextChoices):
        IMPORTER = "importer", _("The importer")
        BROKER = "broker", _("The broker")
        BY_TRANSACTION = "by_transaction", _("One or the other, by transaction")

    id = models.BigAutoField(primary_key=True)
    bn15 = models.CharField(
        _("program account"), max_length=15, validators=[RegexValidator(BN15_PATTERN)]
    )
    name = models.CharField(max_length=100, blank=True)
    payer = models.CharField(_("who pays"), max_length=20, choices=Payer, blank=True)
    pays_by_debit = models.BooleanField(_("pre-authorized debit is on"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["importer", "bn15"], name="one_bn15"),
            models.CheckConstraint(
                condition=Q(payer__in=["", "importer", "broker", "by_transaction"]),
                name="a_payer_is_known_or_nobody",
            ),
        ]
        ordering = ["bn15"]

    def __str__(self) -> str:
        return self.bn15
