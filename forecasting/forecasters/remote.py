"""Remote: a tenant's own model behind an address, asked by a signed POST.

The body is JSON, the arrays are those of ``Sample``: labels on the clock on the wall, null for
gaps. The answer is ``{"quantiles": [[...], ...]}``, one row for each probability asked, one value
for each time. See docs/forecasting.md.
"""

import json
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from forecasting.forecasters.base import Array, Sample, Times
from tenants.outbound import NoAnswer, Refused, Resolve, post, resolve, signature, target_of

if TYPE_CHECKING:
    import httpx  # a sixth of a second that only who talks to peers need pay

#: One try [s]; all of them stay within the patience of ``interpret``.
_SECONDS: Final = 30.0
#: Pauses before another try [s].
_PAUSES: Final = (1.0, 4.0)
_MOST_BYTES: Final = 5_000_000


class RemoteFailed(Exception):
    """The peer has no forecast for us; words for the operator, without secrets."""


@dataclass
class Remote:
    """A forecaster that lives elsewhere.

    Attributes:
        url: https, on the public internet.
        secret: what requests are signed with.
        http: a client that trusts no environment; one of our own when not given.
        pause: waits so many seconds.
    """

    version: ClassVar[str] = "1"

    url: str = field(repr=False)
    secret: str = field(repr=False)
    http: "httpx.Client | None" = None
    resolving: Resolve = resolve
    pause: Callable[[float], None] = time.sleep

    def fit(self, history: Sample, n_ahead: int) -> Self:
        self._history = history
        return self

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        """Return what the peer says. Raises ``RemoteFailed``."""
        body = json.dumps(_question(self._history, times, covariates, quantiles)).encode()
        message_id, failure = f"msg_{secrets.token_hex(12)}", ""
        for pause in (*_PAUSES, None):
            try:
                return _values(self._asked(message_id, body))
            except Refused as refusal:
                raise RemoteFailed(str(refusal)) from None
            except NoAnswer as missing:
                failure = str(missing)
            if pause is not None:
                self.pause(pause)
        raise RemoteFailed(f"{failure}, {len(_PAUSES) + 1} times")

    def _asked(self, message_id: str, body: bytes) -> bytes:
        import httpx  # noqa: PLC0415 - see above

        target = target_of(self.url, self.resolving)
        now = int(time.time())
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self.secret, message_id, now, body),
        }
        limits: dict[str, Any] = {"seconds": _SECONDS, "most_bytes": _MOST_BYTES}
        if self.http is not None:
            return post(self.http, target, body, headers=headers, **limits)
        with httpx.Client(trust_env=False) as http:
            return post(http, target, body, headers=headers, **limits)


def _question(history: Sample, times: Times, covariates: Array, quantiles: Array) -> dict[str, Any]:
    return {
        "version": 1,
        "history": {
            "times": _labels(history.times),
            "values": _numbers(history.target),
            "covariates": [_numbers(column) for column in history.covariates.T],
        },
        "covariates": list(history.names),
        "future": {
            "times": _labels(times),
            "covariates": [_numbers(column) for column in covariates.T],
        },
        "place": None if history.place is None else asdict(history.place),
        "probabilities": quantiles.tolist(),
    }


def _labels(times: Times) -> list[str]:
    return [str(each) for each in times.astype("datetime64[s]")]


def _numbers(values: Array) -> list[float | None]:
    return [each if math.isfinite(each) else None for each in values.tolist()]


def _values(answer: bytes) -> Array:
    try:
        rows = json.loads(answer)["quantiles"]
        return np.array(rows, dtype=float)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise RemoteFailed('did not answer {"quantiles": [[...], ...]} of numbers') from None
