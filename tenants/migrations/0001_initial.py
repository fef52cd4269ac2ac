"""The first tables of the public schema."""

import django.core.validators
import django.db.models.deletion
import django_tenants.postgresql_backend.base
from django.db import migrations, models

import tenants.models.tenant


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, unique=True)),
                (
                    "max_running_jobs",
                    models.PositiveSmallIntegerField(
                        default=4,
                        help_text="Jobs that run at the same time.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "job_weight",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Share of the workers under load, relative to other tenants.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("job_weight__gte", 1), ("max_running_jobs__gte", 1)),
                        name="plan_limits_positive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "schema_name",
                    models.CharField(
                        db_index=True,
                        max_length=63,
                        unique=True,
                        validators=[django_tenants.postgresql_backend.base._check_schema_name],
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}\\Z", "use an ISO 4217 code such as EUR"
                            )
                        ],
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="Europe/Amsterdam",
                        max_length=64,
                        validators=[tenants.models.tenant.check_time_zone],
                    ),
                ),
                ("is_template", models.BooleanField(default=False, editable=False)),
                ("created_at", models.DateTimeField()),
                ("suspended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.plan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=100)),
                ("queue", models.CharField(max_length=32)),
                ("dedupe_key", models.CharField(max_length=200)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("READY", "waiting"),
                            ("RUNNING", "running"),
                            ("DONE", "done"),
                            ("QUARANTINED", "given up"),
                        ],
                        default="READY",
                        max_length=16,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.TextField(blank=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_primary", models.BooleanField(db_index=True, default=True)),
                (
                    "domain",
                    models.CharField(
                        max_length=253,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\\Z",
                                "use a host name in lower case, without scheme, port or path",
                            )
                        ],
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Brand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("display_name", models.CharField(max_length=100)),
                (
                    "logo",
                    models.CharField(
                        blank=True, help_text="Path of an image on the host.", max_length=500
                    ),
                ),
                (
                    "primary_colour",
                    models.CharField(
                        default="#0f4c5c",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^#[0-9a-fA-F]{6}\\Z", "use a colour such as #1a2b3c"
                            )
                        ],
                    ),
                ),
                (
                    "accent_colour",
                    models.CharField(
                        default="#e36414",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^#[0-9a-fA-F]{6}\\Z", "use a colour such as #1a2b3c"
                            )
                        ],
                    ),
                ),
                ("mail_sender", models.EmailField(blank=True, max_length=254)),
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="brand",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="tenant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_template", True)),
                fields=("is_template",),
                name="one_template",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state", "READY")),
                fields=["queue", "tenant", "not_before", "id"],
                name="job_ready",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state", "RUNNING")),
                fields=["tenant", "lease_until"],
                name="job_running",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["queue", "tenant", "-claimed_at"], name="job_last_served"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["READY", "RUNNING"])),
                fields=("tenant", "kind", "dedupe_key"),
                name="job_unfinished_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "RUNNING"), _negated=True),
                    ("lease_until__isnull", False),
                    _connector="OR",
                ),
                name="job_running_has_lease",
            ),
        ),
    ]
