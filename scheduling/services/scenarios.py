"""What may come otherwise, in a request: scenarios, of which each fits the problem."""

from pydantic_core import PydanticCustomError

from scheduling.flex.run import RunDocument
from scheduling.flex.scenarios import check_scenarios
from scheduling.flex.uncertainty import Quantiles, Uncertainty
from tenants.errors import wrong


def with_otherwise(
    document: RunDocument, quantiles: Quantiles | None, scenarios: Uncertainty | None
) -> RunDocument:
    """Return ``document`` planned over ``quantiles`` of its sensors, or for ``scenarios``.

    Raises:
        ValidationError: both are given, or a scenario does not fit the problem.
    """
    if scenarios is None:
        return document.model_copy(update={"quantiles": quantiles})
    if quantiles is not None:
        raise wrong("scenarios", "give scenarios or quantiles, not both", code="inconsistent")
    if not scenarios.scenarios:
        raise wrong("scenarios.scenarios", "give at least one", code="required")
    site = document.site.model_copy(update={"uncertainty": scenarios})
    try:
        check_scenarios(site)
    except PydanticCustomError as error:
        words = error.message().replace("uncertainty.", "")
        raise wrong("scenarios", words, code="inconsistent") from error
    return document.model_copy(update={"site": site})
