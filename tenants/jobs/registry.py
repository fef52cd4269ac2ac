"""Kinds of jobs: which handler runs, and in which queue it waits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar, cast

from tenants.jobs.schema import schema_of_tenant

#: Called with the claim and the payload's identifiers, in the tenant's schema.
Handler: TypeAlias = Callable[..., None]
#: Called with payload and reason, in the tenant's schema and in the transaction that gives up.
OnQuarantine: TypeAlias = Callable[[dict[str, Any], str], None]

H = TypeVar("H", bound=Handler)


class UnknownKind(LookupError):
    """No handler is declared for jobs of this kind."""


class KindConflict(RuntimeError):
    """Two handlers are declared for one kind; neither may win silently."""


@dataclass(frozen=True, slots=True)
class JobKind:
    name: str
    queue: str
    handler: Handler
    on_quarantine: OnQuarantine | None


_kinds: Final[dict[str, JobKind]] = {}


def job(name: str, *, queue: str, on_quarantine: OnQuarantine | None = None) -> Callable[[H], H]:
    """Declare the handler of jobs of kind ``name``; used in an app's ``tasks``.

    The handler must be safe to repeat and to die in the middle. It writes its result within
    ``claim.finishing()``, so that result and end of the job are one transaction. Outside a
    tenant's schema it is refused with ``NoTenant``.
    """

    def declare(handler: H) -> H:
        known = _kinds.get(name)
        if known is not None and known.handler.__module__ != handler.__module__:
            raise KindConflict(f"two handlers for jobs of kind {name!r}")

        @wraps(handler)
        def guarded(*args: Any, **kwargs: Any) -> None:
            schema_of_tenant()
            handler(*args, **kwargs)

        _kinds[name] = JobKind(name, queue, guarded, on_quarantine)
        return cast("H", guarded)

    return declare


def kinds() -> Mapping[str, JobKind]:
    """Return all declared kinds by name."""
    return MappingProxyType(_kinds)


def kind_of(name: str) -> JobKind:
    """Return the kind ``name``.

    Raises:
        UnknownKind: it is not declared; the message lists what is.
    """
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds)) or "none"
        raise UnknownKind(f"no handler for jobs of kind {name!r} (known: {known})") from None
