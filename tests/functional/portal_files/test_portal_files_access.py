"""Who sees a file in the portal, in which language, and with how few statements."""

import pytest
from django_tenants.utils import schema_context
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Quantity, Sensor
from integrations.ingest.wording import page_words
from integrations.models import FileContent
from tenants.accounts.models import Customer
from tenants.database import connection
from tenants.models import Tenant
from tenants.permissions import Role
from tenants.sayings import LANGUAGES
from tests.factories import a_customer, a_sensor, a_site, a_user
from tests.functional.portal_files.pages import bring, filled, signed_in
from tests.portal import Browser


def test_a_file_is_nobody_elses(
    tenant: Tenant, other_tenant: Tenant, browser: Browser, site: Asset, load: Sensor
) -> None:
    address = bring(browser, site)
    neighbour = a_customer("Neighbour")
    theirs = a_site(neighbour)
    stranger = signed_in(tenant, a_user("nel@n.example", neighbour, Role.MANAGER))
    with schema_context(other_tenant.schema_name):
        of_another = signed_in(other_tenant, a_user("o@o.example", None, Role.MANAGER))
    nobody = f"/sites/{theirs.pk}/files/{address.rstrip('/').rpartition('/')[2]}/"

    for who in (stranger, of_another):
        for each in (f"/sites/{site.pk}/files/", address, nobody):
            for answer in (who.get(each), who.post(each, {"action": "discard"})):
                if each.endswith(f"/{theirs.pk}/files/"):
                    continue
                assert answer.status_code == 404
    connection.set_tenant(tenant)
    given = filled(browser, address, sensor__0=str(a_sensor(theirs, Quantity.POWER).pk))
    answer = browser.post(address, given | {"action": "import", "unit-0": "kWh"})
    assert answer.context["page"].errors == {"sensor-0": ["no such sensor"]}
    assert FileContent.objects.count() == 1


def test_who_may_not_record_is_refused_and_sees_no_way_there(
    tenant: Tenant, customer: Customer, browser: Browser, site: Asset
) -> None:
    address = bring(browser, site)
    viewer = signed_in(tenant, a_user("v@depot.example", customer, Role.VIEWER))

    for each in (f"/sites/{site.pk}/files/", address):
        assert viewer.get(each).status_code == 403
        assert viewer.post(each, {"action": "import"}).status_code == 403
    assert "/files/" not in viewer.get(f"/sites/{site.pk}/").content.decode()
    assert "/files/" in browser.get(f"/sites/{site.pk}/").content.decode()
    assert Browser(tenant).get(address).status_code == 302


def test_the_pages_ask_few_statements(
    browser: Browser,
    site: Asset,
    load: Sensor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        address = bring(browser, site)
        a_sensor(site, Quantity.POWER, name=address[-9:-1])

    # Two schemas, tenant, session, user, memberships, site, brand; files, or file, its content,
    # mappings and sensors.
    with django_assert_max_num_queries(9):
        browser.get(f"/sites/{site.pk}/files/")
    with django_assert_max_num_queries(12):
        browser.get(address)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_three_languages(browser: Browser, site: Asset, language: str) -> None:
    address = bring(browser, site)

    page = browser.get(address, headers={"Accept-Language": language}).content.decode()

    words = page_words(language)
    assert f'<html lang="{language}">' in page
    assert words["understood"] in page
    assert words["keep_as"] in page
    assert "<script>" not in page
