"""Where an inquiry stands, be it an identification or a study."""

from scheduling.models import InquiryState
from tenants.graphql.enums import public_enum

public_enum(
    InquiryState,
    description="Where what was asked stands.",
    says={
        InquiryState.QUEUED: "Waits for a worker.",
        InquiryState.READY: "There is an answer.",
        InquiryState.FAILED: "There is none; `failure` says why.",
    },
)

__all__ = ["InquiryState"]
