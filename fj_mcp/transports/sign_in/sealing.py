"""Seal what only this server may read, with keys derived from FJ_STATE_KEY."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_KEY = "key"
_TAG_LETTERS = 20


def digest(secret: str) -> str:
    """The digest under which a random secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_digest(secret: str) -> str:
    """The same of a client's secret, for which some clients write a plus in place of a space."""
    return digest(secret.replace("+", " "))


class Sealer:
    """Seals texts; each purpose has a key of its own."""

    def __init__(self, state_key: str) -> None:
        """Args: `state_key`: FJ_STATE_KEY."""

        @lru_cache
        def derived(purpose: str) -> bytes:
            info = f"fj-mcp sign-in {purpose}".encode()
            return HKDF(SHA256(), length=32, salt=None, info=info).derive(state_key.encode())

        self._derived = derived

    def seal(self, purpose: str, text: str, about: str = "") -> str:
        """Encrypt a text. It can only be unsealed for the same purpose, and `about` the same."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._derived(purpose)).encrypt(nonce, text.encode(), about.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def unseal(self, purpose: str, sealed: str, about: str = "") -> str | None:
        """The sealed text; None if it was not sealed here, for this, with the same FJ_STATE_KEY."""
        try:
            data = base64.urlsafe_b64decode(f"{sealed}==")
            cipher = AESGCM(self._derived(purpose))
            return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None

    def seal_key(self, key: str, about: str) -> str:
        """A FutureJobs key as it is stored in the record `about`."""
        return self.seal(_KEY, key, about)

    def unseal_key(self, sealed: str, about: str) -> str | None:
        """The stored key; None if FJ_STATE_KEY has changed."""
        return self.unseal(_KEY, sealed, about)

    def new_token(self, prefix: str) -> str:
        """A random token that this server can recognize as its own."""
        token = prefix + secrets.token_urlsafe(32)
        return token + self._tag(token)

    def is_own_token(self, token: str) -> bool:
        """Whether a token was made here, with the same FJ_STATE_KEY."""
        tag = self._tag(token[:-_TAG_LETTERS])
        return hmac.compare_digest(token[-_TAG_LETTERS:].encode(), tag.encode())

    def _tag(self, token: str) -> str:
        return self.mark("token", token)[:_TAG_LETTERS]

    def mark(self, purpose: str, text: str) -> str:
        """A digest of a text that only this server can make."""
        return hmac.digest(self._derived(purpose), text.encode(), "sha256").hex()
