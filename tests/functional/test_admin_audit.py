"""The audit trail in the admin: read by managers of the whole tenant, changed by nobody."""

from datetime import datetime

import pytest
from django.urls import reverse

from assets.services import change_asset
from tenants.accounts.models import Customer, Membership, User
from tenants.audit.models import AuditEntry
from tenants.models import Tenant
from tenants.permissions import Role, actor_in_role
from tests.factories import a_site, a_user
from tests.portal import Browser


def a_browser(tenant: Tenant, email: str, customer: Customer | None, role: Role) -> Browser:
    browser = Browser(tenant)
    browser.force_login(a_user(email, customer, role, staff=True))
    return browser


@pytest.fixture
def manager(tenant: Tenant, customer: Customer) -> Browser:
    return a_browser(tenant, "olga@operator.example", None, Role.MANAGER)


def page(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", urlconf="config.urls_tenant", args=args)


def test_the_trail_is_read_and_filtered(manager: Browser, customer: Customer) -> None:
    site = a_site(customer)
    site.name = "<b>Yard</b>"
    change_asset(actor=actor_in_role("user:7", Role.MANAGER), asset=site)
    entry = AuditEntry.objects.get(verb="change_asset")

    listed = manager.get(page("audit_auditentry_changelist"), {"verb": "change_asset"})
    found = manager.get(page("audit_auditentry_changelist"), {"q": "user:7"})
    opened = manager.get(page("audit_auditentry_change", entry.pk)).content.decode()

    for answer in (listed, found):
        assert [each.pk for each in answer.context["cl"].result_list] == [entry.pk]
    assert "Depot" in opened
    assert "<b>Yard</b>" not in opened


def test_nobody_changes_it(manager: Browser, customer: Customer) -> None:
    entry = AuditEntry.objects.latest("pk")

    assert manager.get(page("audit_auditentry_add")).status_code == 403
    for name in ("change", "delete"):
        answer = manager.post(page(f"audit_auditentry_{name}", entry.pk), {"verb": "nothing"})
        assert answer.status_code == 403
    listed = manager.get(page("audit_auditentry_changelist"))
    assert "delete_selected" not in listed.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PLANNER])
def test_who_manages_no_accounts_does_not_read_it(tenant: Tenant, role: Role) -> None:
    browser = a_browser(tenant, "vera@operator.example", None, role)

    assert browser.get(page("audit_auditentry_changelist")).status_code == 403
    assert "Audit trail" not in browser.get(page("index")).content.decode()


def test_a_customers_manager_does_not_read_it(tenant: Tenant, customer: Customer) -> None:
    browser = a_browser(tenant, "anna@depot.example", customer, Role.MANAGER)

    assert browser.get(page("audit_auditentry_changelist")).status_code in (302, 403)


def test_rights_given_to_people_are_in_the_trail(
    tenant: Tenant, manager: Browser, customer: Customer, now: datetime
) -> None:
    form = {
        "email": "new@depot.example",
        "name": "New",
        "is_active": "on",
        "new_password": "a long passphrase",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-customer": customer.pk,
        "memberships-0-role": "PLANNER",
    }
    assert manager.post(page("accounts_user_add"), form).status_code == 302
    person = User.objects.get(email="new@depot.example")
    kept = Membership.objects.get(user=person)
    form |= {
        "new_password": "",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": kept.pk,
        "memberships-0-user": person.pk,
        "memberships-0-role": "MANAGER",
    }
    assert manager.post(page("accounts_user_change", person.pk), form).status_code == 302
    assert manager.post(page("accounts_user_delete", person.pk), {"post": "yes"}).status_code == 302

    added, changed, removed = AuditEntry.objects.filter(subject_type="User").order_by("pk")
    assert (added.verb, changed.verb, removed.verb) == (
        "add_person",
        "change_person",
        "remove_person",
    )
    assert added.after["memberships"] == ["PLANNER of Depot Ltd"]
    assert added.after["has_new_password"] is True
    assert changed.after == {"memberships": ["MANAGER of Depot Ltd"]}
    assert removed.subject_id == str(person.pk)
    assert "passphrase" not in str([added.after, changed.after, removed.before])
