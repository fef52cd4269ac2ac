"""Tenants: utilities and aggregators, each with a schema, host names, a plan and a brand."""

import re
from typing import Final, Self
from zoneinfo import available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from tenants.plugins import guests

PUBLIC_SCHEMA: Final = "public"
#: A schema that every migration reaches and no host name does; new tenants are its copies.
TEMPLATE_SCHEMA: Final = "loadstar_tenant_template"
#: Never created. A connection that points here finds no table at all.
POISONED_SCHEMA: Final = "no_tenant"

_SCHEMA_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,47}")
_RESERVED: Final = frozenset(
    {PUBLIC_SCHEMA, TEMPLATE_SCHEMA, POISONED_SCHEMA, "information_schema", "postgres", "template"}
)


def check_schema_name(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` may be a tenant's schema."""
    if not _SCHEMA_NAME.fullmatch(name):
        raise ValidationError(
            "use 2 to 48 lower-case letters, digits and underscores, a letter first", code="invalid"
        )
    if name in _RESERVED or name.startswith("pg_"):
        raise ValidationError("%(name)s is reserved", code="reserved", params={"name": name})


def check_time_zone(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` is an IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(
            "%(name)s is no IANA time zone such as Europe/Amsterdam",
            code="unknown",
            params={"name": name},
        )


_check_domain: Final = RegexValidator(
    r"^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z",
    "use a host name in lower case, without scheme, port or path",
)
_check_currency: Final = RegexValidator(r"^[A-Z]{3}\Z", "use an ISO 4217 code such as EUR")
_check_colour: Final = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "use a colour such as #1a2b3c")


class Plan(models.Model):
    """What a tenant pays for: the limits within which it shares the workers with others."""

    name = models.CharField(max_length=50, unique=True)
    max_running_jobs = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1)], help_text="Jobs that run at the same time."
    )
    job_weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Share of the workers under load, relative to other tenants.",
    )

    points_per_minute = models.PositiveIntegerField(
        default=60_000,
        validators=[MinValueValidator(1)],
        help_text="Cost of requests that one token may spend in a minute (docs/limits.md).",
    )
    total_points_per_minute = models.PositiveIntegerField(
        default=600_000,
        validators=[MinValueValidator(1)],
        help_text="Cost of requests that all of a tenant's tokens and people may spend together.",
    )

    retention_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Days after an event until what is believed of it is forgotten; empty: never.",
    )

    guest_plugins = ArrayField(
        models.CharField(max_length=100),
        default=list,
        db_default=[],
        blank=True,
        help_text="Names of forecasters, engines and connectors of other packages that its tenants "
        "may use, with commas between; ours may be used by all.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_running_jobs__gte=1, job_weight__gte=1),
                name="plan_limits_positive",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        published = guests()
        unknown = [name for name in self.guest_plugins if name not in published]
        if unknown:
            told = f"no other package publishes {', '.join(unknown)}"
            words = f"{told} (published: {', '.join(published) or 'none'})"
            raise ValidationError({"guest_plugins": words})


class TenantQuerySet(models.QuerySet["Tenant"]):
    def customers(self) -> Self:
        """Keep tenants proper: neither the platform's own schema nor the template."""
        return self.filter(is_template=False).exclude(schema_name=PUBLIC_SCHEMA)

    def active(self) -> Self:
        """Keep tenants that are served: hosts answer and jobs run."""
        return self.customers().filter(suspended_at=None)


class TenantManager(models.Manager["Tenant"]):
    """Written out: the library's base has no types, and derived managers would have none."""

    def get_queryset(self) -> TenantQuerySet:
        return TenantQuerySet(self.model, using=self._db)

    def customers(self) -> TenantQuerySet:
        return self.get_queryset().customers()

    def active(self) -> TenantQuerySet:
        return self.get_queryset().active()


class Tenant(TenantMixin):
    """A company with a schema of its own. Created, suspended and deleted by services only."""

    auto_create_schema = False
    auto_drop_schema = False

    name = models.CharField(max_length=100)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, default="EUR", validators=[_check_currency])
    time_zone = models.CharField(
        max_length=64, default="Europe/Amsterdam", validators=[check_time_zone]
    )
    is_template = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_template"], condition=models.Q(is_template=True), name="one_template"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name under which a tenant is served."""

    domain = models.CharField(max_length=253, unique=True, validators=[_check_domain])


class Brand(models.Model):
    """How a tenant shows itself to its own customers."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="brand")
    display_name = models.CharField(max_length=100)
    logo = models.CharField(max_length=500, blank=True, help_text="Path of an image on the host.")
    primary_colour = models.CharField(max_length=7, default="#0f4c5c", validators=[_check_colour])
    accent_colour = models.CharField(max_length=7, default="#e36414", validators=[_check_colour])
    mail_sender = models.EmailField(blank=True)

    def __str__(self) -> str:
        return self.display_name
