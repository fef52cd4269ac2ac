"""The GraphQL mutation that asks what a year says of batteries and fleets."""

import strawberry
from strawberry import relay

from assets.models import Asset
from scheduling import services
from scheduling.graphql.inputs import StudyKindInput, to_study
from scheduling.graphql.study_types import StudyNode
from scheduling.models import Study
from tenants.graphql.context import Info
from tenants.graphql.lookup import visible_row
from tenants.graphql.mutation import mutation
from tenants.graphql.payloads import MutationInput, Payload
from tenants.permissions import Permission


@strawberry.input(description="Which site, and what is asked of it.")
class RequestStudyInput(MutationInput):
    asset: relay.GlobalID = strawberry.field(
        description="The site. What is kept beneath it says what draws and gives power: loads, "
        "roofs and what is not controlled; its batteries and vehicles are left out."
    )
    study: StudyKindInput = strawberry.field(description="The question.")


@strawberry.type(description="A queued study, or why there is none.")
class RequestStudyPayload(Payload[StudyNode]):
    pass


@strawberry.type
class StudyMutation:
    @mutation(
        RequestStudyPayload,
        needs=Permission.SCHEDULE_REQUEST,
        cost=200,
        description="Ask what a year of a site says: which fleet fits behind its connection with "
        "which battery, and in which hours it does not; or what batteries of several sizes would "
        "have earned. Answers at once with a queued study; read `study` to see how it ends.",
    )
    def request_study(self, info: Info, input: RequestStudyInput) -> Study:
        return services.request_study(
            actor=info.context.actor,
            asset=visible_row(Asset, input.asset, info, field="asset"),
            given=to_study(input.study, info, field="study"),
            now=info.context.received_at,
        )
