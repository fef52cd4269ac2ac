"""Settings of connections at rest: sealed for one tenant and one purpose.

AES-256-GCM under a key derived by HKDF (RFC 5869) from the deployment's secret key. Tenant and
purpose are associated data, so a sealed text copied to another tenant does not open. The key's
identifier stands in front, so that former keys open what they closed.
"""

import base64
import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"loadstar connection settings"


class CannotOpen(Exception):
    """The text was sealed for another tenant or purpose, or under a key that is gone."""


def seal(text: str, *, key: str, bound_to: str) -> str:
    """Return ``text`` encrypted; it opens with the same ``key`` and ``bound_to`` alone."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_derived(key)).encrypt(nonce, text.encode(), bound_to.encode())
    return f"{_identifier(key)}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, keys: list[str], bound_to: str) -> str:
    """Return what ``seal`` was given.

    Args:
        keys: the present key and former ones.

    Raises:
        CannotOpen: none of ``keys`` sealed it, or it was bound to something else.
    """
    identifier, _, content = sealed.partition(":")
    for key in keys:
        if _identifier(key) == identifier:
            raw = base64.b64decode(content)
            try:
                opened = AESGCM(_derived(key)).decrypt(
                    raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode()
                )
            except InvalidTag:
                break
            return opened.decode()
    raise CannotOpen("sealed for somebody else, or under a key that is gone")


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())


def _identifier(key: str) -> str:
    return hashlib.sha256(_PURPOSE + key.encode()).hexdigest()[:8]
