"""A company with an identity provider on this machine, and the tokens that it issues."""

import base64
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from fj_mcp.clock import Clock
from tests.support.sign_in import ALL, PUBLIC_URL, Site, site_here

RESOURCE = f"{PUBLIC_URL}/mcp"
COMPANY_KEY = "fjk_company"
CREDENTIALS = ("fj-mcp", "introspection-secret-7")
_PATH = "/realms/staff"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class SigningKey:
    """A key of the company. `RS1024` makes one that is too short."""

    _ids = count(1)

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = "RS256" if algorithm == "RS1024" else algorithm
        self.key_id = f"key-{next(self._ids)}"
        self.private = _private_key(algorithm)

    def published(self, **changed: Any) -> dict[str, Any]:
        """Its public half, as a JSON Web Key."""
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        own = algorithm.to_jwk(self.private.public_key(), as_dict=True)
        named = {"kid": self.key_id, "use": "sig", "alg": self.algorithm}
        found = {**own, **named, **changed}
        return {name: value for name, value in found.items() if value is not None}


def _private_key(algorithm: str) -> PrivateKey:
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "ES384":
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    size = 1_024 if algorithm == "RS1024" else 2_048
    return rsa.generate_private_key(public_exponent=65_537, key_size=size)


class Company:
    """An identity provider that publishes its metadata and keys, and answers introspections.

    Attributes:
        issuer: its name, and where its metadata is found.
        key: that signs new tokens.
        keys: that it publishes.
        metadata: its metadata document.
        document_path: where that is.
        introspected: the answer for each token; inactive for others.
        asked: the paths of all requests.
        forms: that were posted, with the client's credentials.
        status: that it responds with; 0 closes the connection.
        body: that it responds with instead, whatever it is asked for.
        slow_seconds: before each response.
        may_answer: cleared to keep those who ask waiting.
    """

    _numbers = count(1)

    def __init__(self, origin: str) -> None:
        self.issuer = f"{origin}{_PATH}"
        self.key = SigningKey()
        self.keys = [self.key.published()]
        self.metadata: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "introspection_endpoint": f"{self.issuer}/introspect",
        }
        self.document_path = f"{_PATH}/.well-known/openid-configuration"
        self.introspected: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.status = 200
        self.body: bytes | None = None
        self.slow_seconds = 0.0
        self.may_answer = threading.Event()
        self.may_answer.set()

    def claims(self, person: str = "ann", **changed: Any) -> dict[str, Any]:
        """The claims about a person; a claim of None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.issuer,
            "aud": RESOURCE,
            "sub": f"id-of-{person}",
            "email": f"{person}@example.com",
            "iat": now,
            "exp": now + 600,
            "scope": ALL,
        }
        return {name: value for name, value in (usual | changed).items() if value is not None}

    def token(
        self,
        person: str = "ann",
        *,
        scopes: str | None = ALL,
        groups: list[str] | None = None,
        key: SigningKey | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A signed access token. A claim or a part of the header that is None is left out."""
        signer = key or self.key
        says = self.claims(person, scope=scopes, groups=groups, **claims)
        named = {"kid": signer.key_id, "typ": "at+jwt"} | (header or {})
        if named["kid"] is None:
            del named["kid"]
        return jwt.encode(says, signer.private, signer.algorithm, headers=named)

    def assertion(
        self,
        person: str = "ann",
        *,
        key: SigningKey | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """An identity assertion (ID-JAG) for the client `assistant`."""
        own: dict[str, Any] = {
            "aud": PUBLIC_URL,
            "resource": RESOURCE,
            "client_id": "assistant",
            "jti": f"assertion-{next(self._numbers)}",
            "exp": int(time.time()) + 300,
            "scope": ALL,
        } | claims
        named = {"typ": "oauth-id-jag+jwt"} | (header or {})
        scopes = own.pop("scope")
        return self.token(person, scopes=scopes, key=key, header=named, **own)

    def opaque_token(self, person: str = "ann", **claims: Any) -> str:
        """An access token that only the introspection endpoint understands."""
        token = f"opaque-{person}-{len(self.introspected)}"
        self.introspected[token] = {"active": True, **self.claims(person, **claims)}
        return token

    def change_key(self, algorithm: str = "ES256", *, keep: bool = False) -> SigningKey:
        """Sign with a new key from now on; return the old one, which stays published if `keep`."""
        old, self.key = self.key, SigningKey(algorithm)
        self.keys = [*(self.keys if keep else []), self.key.published()]
        return old

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any] | None:
        """The response to a request; None for 404."""
        if path == self.document_path:
            return self.metadata
        if path == f"{_PATH}/keys":
            return {"keys": self.keys}
        if path == f"{_PATH}/introspect":
            return self.introspected.get(form.get("token", ""), {"active": False})
        return None


@contextmanager
def company() -> Iterator[Company]:
    """Such a provider, in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if not provider.status:
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            form = dict(parse_qsl(body)) | {"credentials": _basic(self.headers["authorization"])}
            if body:
                provider.forms.append(form)
            found = provider.answer(self.path, form)
            status = provider.status if found is not None else 404
            content = json.dumps(found).encode() if provider.body is None else provider.body
            provider.may_answer.wait()
            # A provider that is slow, for the tests that ask how long a call waits for it.
            time.sleep(provider.slow_seconds)
            with suppress(OSError):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Many ask at once, and a full queue would cost each of them a second.
    server.socket.listen(100)
    provider = Company(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.may_answer.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _basic(header: str | None) -> str:
    return base64.b64decode((header or "").removeprefix("Basic ")).decode()


@asynccontextmanager
async def company_site(
    folder: Path, provider: Company, clock: Clock | None = None, on: str = "", **settings: Any
) -> AsyncIterator[Site]:
    """A server that lets in a company's users, with its own key."""
    own = {"oauth_issuer": provider.issuer, "api_key": COMPANY_KEY, "state_key": None}
    async with site_here(folder, clock, on, **(own | settings)) as site:
        yield site
