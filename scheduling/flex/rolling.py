"""What a plan that follows another one keeps of it."""

from typing import Annotated

from pydantic import Field

from scheduling.flex.quantities import Document, Moment, NotNegative, Number

#: By the name of a device: power per step from the start of the window on.
Published = Annotated[
    dict[str, Annotated[tuple[Number, ...], Field(max_length=100_000)]], Field(max_length=2_000)
]


class Rolling(Document):
    """A plan that is made again while the last one runs.

    Attributes:
        now: within the first step, of which only the rest is left: stocks at the start are those
            of this moment. The start of the window when not given.
        published_kw: power of the last plan, per device and step from the start of the window on;
            what it says beyond the window, and of loads and generation, is left aside. A process
            that runs in one go and has begun runs on as published; of one in pieces that is left.
        frozen_until: steps that begin before this keep the published power, as a hard limit.
        change_price_per_kwh: what deviating from the published power costs, each way, in all
            steps that are not frozen: small changes of a forecast then move nothing. Processes
            that have not begun start anew at the best time.
        change_hours: from the start on, in which it costs that.
    """

    now: Moment | None = None
    published_kw: Published = {}
    frozen_until: Moment | None = None
    change_price_per_kwh: NotNegative = 0.0
    change_hours: NotNegative = 24.0
