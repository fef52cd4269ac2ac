"""GraphQL types of what became of refining a plan."""

from typing import Self

import strawberry

from scheduling.flex.run import RefinementFound
from scheduling.interpret.refinement import Outcome
from tenants.graphql.context import Info
from tenants.graphql.enums import public_enum
from tenants.graphql.money import Money, money

public_enum(
    Outcome,
    name="RefinementOutcome",
    description="How refining a plan ended.",
    says={
        Outcome.REFINED: "Powers follow the exact equations; no plan nearby costs less.",
        Outcome.NOT_BETTER: "Nothing cheaper was found: the linear plan stands.",
        Outcome.NOT_ASKED: "The engine asked for knows linear models only.",
        Outcome.DIVERGED: "No solution of the exact equations was found: the linear plan stands.",
        Outcome.OUT_OF_TIME: "It took longer than it may: the linear plan stands.",
        Outcome.KILLED: "It was ended from outside: the linear plan stands.",
        Outcome.FAILED: "The solver does not work here: the linear plan stands.",
        Outcome.SCENARIOS: "Plans over scenarios are not refined.",
        Outcome.NEAREST: "A plan that breaks limits is not refined.",
    },
)


@strawberry.type(description="What became of refining a plan whose physics bend.")
class Refinement:
    outcome: Outcome = strawberry.field(description="How it ended.")
    text: str = strawberry.field(description="That in plain words, in the language asked for.")
    is_exact: bool = strawberry.field(
        description="Whether stocks and cost are those of the exact equations; else they are those "
        "of a linear model."
    )
    linear_cost: Money | None = strawberry.field(
        description="What the linear plan costs by the exact equations; null where it cannot keep "
        "them."
    )
    refined_cost: Money | None = strawberry.field(
        description="What the solver of the exact equations found costs; null where it found "
        "nothing."
    )

    @classmethod
    def of_found(cls, found: RefinementFound, info: Info) -> Self:
        def amount(cost: float | None) -> Money | None:
            return None if cost is None else money(cost, info)

        return cls(
            outcome=found.outcome,
            text=found.words(language=info.context.language),
            is_exact=found.is_exact,
            linear_cost=amount(found.linear_cost),
            refined_cost=amount(found.refined_cost),
        )
