"""GraphQL mutations of scheduling."""

import strawberry

from scheduling.graphql.flex_mutations import FlexMutation
from scheduling.graphql.flexmeasures_mutations import FlexmeasuresMutation
from scheduling.graphql.identification_mutations import IdentificationMutation
from scheduling.graphql.request_mutations import RequestMutation
from scheduling.graphql.study_mutations import StudyMutation
from scheduling.graphql.what_if_mutations import WhatIfMutation


@strawberry.type
class SchedulingMutation(
    RequestMutation,
    FlexmeasuresMutation,
    WhatIfMutation,
    IdentificationMutation,
    StudyMutation,
    FlexMutation,
):
    pass
