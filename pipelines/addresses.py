"""Addresses of stores, as they may be shown: without the password."""

from __future__ import annotations

import re
from urllib.parse import unquote

HIDDEN = "***"
_USER = re.compile(r"(?P<before>://[^:/@\s]*:)(?P<secret>\S*)(?=@)")
_QUERY = re.compile(
    r"(?P<before>[?&][^=&\s]*(?:pass|pwd|secret|token|key)[^=&\s]*=)(?P<secret>[^&\s]+)", re.I
)


def without_password(address: str) -> str:
    """The address with *** for its password, wherever it stands; any other text comes back as it is."""
    for pattern in (_USER, _QUERY):
        address = pattern.sub(rf"\g<before>{HIDDEN}", address)
    return address


def without_secrets(text: str, address: str) -> str:
    """What a library said about `address`, without the address's password or a part of it.

    A driver that read the address otherwise than it was meant takes a part of the password for a host.
    """
    hidden = without_password(text)
    for secret in _secrets(address):
        hidden = hidden.replace(secret, HIDDEN)
    return hidden


def _secrets(address: str) -> list[str]:
    """Every password of the address, and its parts, the longest first."""
    whole = [found["secret"] for pattern in (_USER, _QUERY) for found in pattern.finditer(address)]
    parts = {part for secret in whole for part in (secret, unquote(secret), *re.split(r"[@:/?&]", secret))}
    return sorted((part for part in parts if len(part) > 2), key=len, reverse=True)
