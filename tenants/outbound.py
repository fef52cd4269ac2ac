"""Requests to addresses that tenants give us: to the public internet, signed, and nowhere else.

A tenant's address may be made to point into our own network (server-side request forgery). So
the name is resolved here, every address that it has must be a public one, and the connection
goes to the very address that was checked: a name that resolves to something else a moment later
changes nothing. Redirects are not followed and no proxy of the environment is used.

Signature as in the Standard Webhooks specification: HMAC-SHA256 over "id.time.body".
"""

import base64
import hashlib
import hmac
import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx  # a sixth of a second that only who talks to peers need pay

#: Host name and port to the addresses that it has.
Resolve = Callable[[str, int], list[str]]

_HTTPS: Final = 443
_CONNECT_SECONDS: Final = 5.0


class Refused(Exception):
    """The address is not one that we send to; the text says why, without the address's path."""


class NoAnswer(Exception):
    """The peer gave no answer that can be used; the text says how, without secrets."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the peer's name, and the address that was checked."""

    host: str
    port: int
    path: str
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def target_of(url: str, resolving: Resolve = resolve) -> Target:
    """Return where ``url`` leads.

    Raises:
        Refused: it is not https on a public address, or holds a name and password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        raise Refused("this is no address: https://host/path is right") from None
    if parts.scheme != "https" or not parts.hostname:
        raise Refused("only https://host/path is right")
    if parts.username is not None or parts.password is not None:
        raise Refused("no name and password in the address: requests are signed")
    try:
        found = resolving(parts.hostname, port)
    except (OSError, UnicodeError):
        raise Refused(f"{parts.hostname} has no address") from None
    for each in found:
        if not _is_public(each):
            raise Refused(f"{parts.hostname} is not on the public internet")
    if not found:
        raise Refused(f"{parts.hostname} has no address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port, path, found[0])


def _is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        # An address of the old internet inside one of the new leads where the old one does.
        inner = found.ipv4_mapped or found.sixtofour or _nat64(found)
        if inner is not None or found.teredo is not None:
            return inner is not None and found.teredo is None and _is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """Return the signature of ``body``, sent at ``at`` [s since 1970]."""
    signed = f"{message_id}.{at}.".encode() + body
    made = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def post(
    http: "httpx.Client",
    target: Target,
    body: bytes,
    *,
    headers: dict[str, str],
    seconds: float,
    most_bytes: int,
) -> bytes:
    """Post ``body`` to ``target`` and return what it answers with status 200.

    Args:
        http: a client that follows no redirects and trusts no environment.
        seconds: how long all of it may take.
        most_bytes: how long the answer may be.

    Raises:
        NoAnswer: no connection, another status, too slow, too long.
    """
    import httpx  # noqa: PLC0415 - see above

    ends = time.monotonic() + seconds
    host = f"[{target.address}]" if ":" in target.address else target.address
    answer = bytearray()
    try:
        with http.stream(
            "POST",
            f"https://{host}:{target.port}{target.path}",
            content=body,
            headers={
                "Host": target.host if target.port == _HTTPS else f"{target.host}:{target.port}",
                "Content-Type": "application/json",
                "Accept-Encoding": "identity",
                **headers,
            },
            timeout=httpx.Timeout(seconds, connect=_CONNECT_SECONDS),
            follow_redirects=False,
            # The certificate is checked for the name, though the connection goes to the address.
            extensions={"sni_hostname": target.host},
        ) as response:
            if response.status_code != 200:
                raise NoAnswer(f"answered with status {response.status_code}")
            for chunk in response.iter_bytes():
                answer += chunk
                if len(answer) > most_bytes:
                    raise NoAnswer(f"answered more than {most_bytes} bytes")
                if time.monotonic() > ends:
                    raise NoAnswer(f"gave no whole answer within {seconds:g} s")
    except httpx.HTTPError as error:
        # Without "from": the error holds the request.
        raise NoAnswer(f"gave no answer ({type(error).__name__})") from None
    return bytes(answer)
