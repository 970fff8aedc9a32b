"""The importers (the tenants) and their program accounts."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import ScopedManager, TenantModel
from clients.models.people import User

BN9_PATTERN = r"^\d{9}$"
BN15_PATTERN = r"^\d{9}RM\d{4}$"


class Folded(Func):
    """A name as names are compared: what `clients.search.folded` does, in PostgreSQL.

    Lower case without accents and punctuation, hyphens and slashes as spaces. The embedded
    PostgreSQL has no ICU collations.
    """

    template = (
        "btrim(regexp_replace(regexp_replace(replace(replace("
        "lower(normalize(%(expressions)s, NFKD)), 'œ', 'oe'), 'æ', 'ae'), "
        "'[^-–—/a-z0-9[:space:]]', '', 'g'), '[-–—/[:space:]]+', ' ', 'g'))"
    )


class Importer(models.Model):
    """The tenant: a business that imports goods, known to the CBSA by its BN9.

    `name_at_cbsa` is the legal name as somebody saw it in the portal on `name_seen_on`: the portal
    refuses a registration over a comma. `language` is for letters and mail, `document_language`
    for papers. `trade_names` holds one a line.
    """

    class State(models.TextChoices):
        """What the importer is to the brokerage."""

        PROSPECT = "prospect", _("Prospect")
        CLIENT = "client", pgettext_lazy("state", "Client")
        FORMER = "former", _("Former client")

    app_may = ("SELECT", "INSERT", "UPDATE")

    id = models.BigIntegerField(primary_key=True)
    legal_name = models.CharField(_("legal name"), max_length=200)
    bn9 = models.CharField(
        _("business number"), max_length=9, unique=True, validators=[RegexValidator(BN9_PATTERN)]
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CLIENT)
    trade_names = models.TextField(_("trade names"), blank=True)
    name_at_cbsa = models.CharField(_("legal name at the CBSA"), max_length=200, blank=True)
    name_seen_on = models.DateField(_("as seen on"), null=True)
    is_resident = models.BooleanField(_("resident in Canada"), null=True)
    language = models.CharField(
        _("language of mail"), max_length=2, choices=User.Language, default=User.Language.ENGLISH
    )
    document_language = models.CharField(
        _("language of documents"),
        max_length=2,
        choices=User.Language,
        default=User.Language.ENGLISH,
    )
    amount_tolerance = MoneyField(_("amount tolerance"), default="0.05")
    requires_second_factor = models.BooleanField(
        _("its people need a second factor to sign in"), default=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    folded_name = models.GeneratedField(
        expression=Folded(F("legal_name")), output_field=models.TextField(), db_persist=True
    )
    folded_trade_names = models.GeneratedField(
        expression=Folded(F("trade_names")), output_field=models.TextField(), db_persist=True
    )

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_tolerance__gte=0, amount_tolerance__lte=10),
                name="tolerance_is_small_and_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(name_at_cbsa="", name_seen_on=None)
                | (~Q(name_at_cbsa="") & Q(name_seen_on__isnull=False)),
                name="a_name_at_the_cbsa_was_seen_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["folded_name", "id"], name="importers_by_name")]

    def __str__(self) -> str:
        return self.legal_name

    @property
    def trade_name_list(self) -> list[str]:
        """The names it trades under, as they were written."""
        return [name for name in self.trade_names.splitlines() if name]


class ProgramAccount(TenantModel):
    """An RM account (BN15): where money, statements and security sit.

    `profile` says what the account may do: release and accounting are refused on one that is for
    exports only (Customs Notice 24-37). `payer` is the private arrangement of who pays the CBSA;
    the importer owes it either way (Customs Act, s. 17(3)). `pays_by_debit` says whether a
    pre-authorized debit agreement is on for the account in the portal; None while nobody has said.
    """

    class Profile(models.TextChoices):
        IMPORTER = "importer", pgettext_lazy("profile", "Importer")
        EXPORTER = "exporter", pgettext_lazy("profile", "Exporter")
        BOTH = "both", _("Importer and exporter")

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("program account", "Active")
        INACTIVE = "inactive", pgettext_lazy("program account", "Inactive")
        CLOSED = "closed", pgettext_lazy("program account", "Closed")

    class Payer(models.TextChoices):
        IMPORTER = "importer", _("The importer")
        BROKER = "broker", _("The broker")
        BY_TRANSACTION = "by_transaction", _("One or the other, by transaction")

    id = models.BigAutoField(primary_key=True)
    bn15 = models.CharField(
        _("program account"), max_length=15, validators=[RegexValidator(BN15_PATTERN)]
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    profile = models.CharField(_("profile"), max_length=10, choices=Profile, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, blank=True)
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
        indexes = [models.Index(fields=["bn15"], name="accounts_by_number")]
        ordering = ["bn15"]

    def __str__(self) -> str:
        return self.bn15
