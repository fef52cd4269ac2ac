"""People, customers and tokens of one tenant. In the public schema: the platform's operators."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from tenants.permissions import ROLE_PERMISSIONS, Actor, Permission, Role


class UserManager(BaseUserManager["User"]):
    """Makes users and finds them by address, whatever its letter case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a person who signs in with ``email``; without a password none can."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: object) -> "User":
        """Create an operator of the whole tenant (``manage.py createsuperuser``)."""
        user = self.create_user(email, password, is_staff=True, **fields)
        Membership.objects.create(user=user, role=Role.MANAGER)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in. What they may do is said by their memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May sign in to the admin.")

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Answer the admin: staff of the whole tenant look; managers change, and read the trail."""
        looks = ".view_" in perm and not perm.startswith("audit.")
        return self._is_operator_who_may(
            Permission.ASSET_READ if looks else Permission.ACCOUNT_MANAGE
        )

    def has_module_perms(self, app_label: str) -> bool:
        return self._is_operator_who_may(Permission.ASSET_READ)

    def _is_operator_who_may(self, permission: Permission) -> bool:
        if not (self.is_active and self.is_staff):
            return False
        return any(permission in ROLE_PERMISSIONS[role] for role in self._roles_as_operator)

    @cached_property
    def _roles_as_operator(self) -> list[Role]:
        # Kept with the instance, which lives as long as its request: a page asks dozens of times.
        roles = self.memberships.filter(customer=None).values_list("role", flat=True)
        return [Role(role) for role in roles]


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the customers all of whose assets, or all of whose accounts, are ``actor``'s."""
        reads, manages = Permission.ASSET_READ, Permission.ACCOUNT_MANAGE
        if actor.may_everywhere(reads) or actor.may_everywhere(manages):
            return self
        roots = {*actor.root_paths(reads), *actor.root_paths(manages)}
        return self.filter(_beneath(roots, "root_path"))


def _beneath(roots: Iterable[str], path: str) -> Q:
    """Return the condition that the path in field ``path`` hangs under one of ``roots``."""
    condition = Q(pk__in=[])
    for root in roots:
        condition |= Q(**{f"{path}__startswith": root})
    return condition


class Customer(models.Model):
    """An organisation of end customers: a household, or a company with its sites.

    ``root_path`` is the path of the portfolio under which all its assets hang; it is set
    when the portfolio is made, and stays.
    """

    name = models.CharField(max_length=100, unique=True)
    root_path = models.CharField(max_length=255, unique=True, null=True, editable=False)  # noqa: DJ001
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(CustomerQuerySet)()

    class Meta:
        base_manager_name = "objects"  # so that relations too can be narrowed to the actor
        indexes = [models.Index(fields=["updated_at", "id"], name="customer_by_update")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person is to a customer, or to the whole tenant when there is no customer."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "customer"], nulls_distinct=False, name="membership_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.customer or 'everything'}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, actor: Actor) -> Self:
        """Keep the tokens that are good only where ``actor`` manages accounts."""
        if actor.may_everywhere(Permission.ACCOUNT_MANAGE):
            return self
        roots = actor.root_paths(Permission.ACCOUNT_MANAGE)
        of_customers = Q(subtree="") & _beneath(roots, "customer__root_path")
        return self.filter(of_customers | _beneath(roots, "subtree"))

    def usable_at(self, now: datetime) -> Self:
        """Keep tokens that are neither revoked nor expired at ``now``."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ApiToken(models.Model):
    """A key for a programme. Only its digest is kept: the key itself is shown once.

    Attributes:
        prefix: the part that may be seen in lists and logs.
        scopes: names of permissions to which the role is narrowed; empty for all of the role's.
        subtree: path of the asset beneath which alone the token is good; empty for all of the
            customer's.
        points_per_minute: of requests (docs/api.md); None for the plan's.
        predecessor: the token that this one was issued to replace.
    """

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="tokens"
    )
    role = models.CharField(max_length=16, choices=Role, default=Role.PLANNER)
    scopes = models.JSONField(default=list, blank=True)
    subtree = models.CharField(max_length=255, blank=True, editable=False)
    points_per_minute = models.PositiveIntegerField(null=True, blank=True)
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = models.Manager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        base_manager_name = "objects"  # so that relations too can be narrowed to the actor
        indexes = [models.Index(fields=["updated_at", "id"], name="token_by_update")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def reach(self) -> str | None:
        """Path beneath which alone the token is good; empty for all, None for nothing."""
        return self.subtree or (self.customer.root_path if self.customer else "")

    @property
    def rights(self) -> frozenset[Permission]:
        """What it may do there."""
        of_role = ROLE_PERMISSIONS[Role(self.role)]
        return of_role & {Permission(each) for each in self.scopes} if self.scopes else of_role

    def state_at(self, now: datetime) -> str:
        """Return "usable", "revoked" or "expired"."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "usable"
