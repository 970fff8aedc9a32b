"""An OpenID Connect provider in a thread: discovery, codes with PKCE, signed tokens."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "carmsvc", "a secret of the client"


@dataclass
class Provider:
    """Who signs in there next, and how it lies, if it does."""

    email: str = "finance@maple.example"
    email_verified: Any = True
    lies: dict[str, Any] = field(default_factory=dict)  # claims of the id_token, instead
    userinfo_lies: dict[str, Any] = field(default_factory=dict)
    signs_with: Any = None  # another key than it publishes
    algorithm: str = "RS256"
    denies: bool = False
    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def discovery(self) -> dict[str, Any]:
        names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found = {f"{name}_endpoint": f"{self.address}/{at}" for name, at in names.items()}
        return {
            "issuer": self.address,
            "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **found,
        }

    @property
    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    @property
    def person(self) -> dict[str, Any]:
        return {"sub": "248", "email": self.email, "email_verified": self.email_verified}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to: with a code, as if the person had signed in here."""
        back: dict[str, str] = {"state": asked["state"]}
        if self.denies:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe()
            self.codes[back["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code, once; None for a wrong secret, address or PKCE verifier."""
        begun = self.codes.pop(asked.get("code", ""), None)
        if begun is None or asked.get("client_secret") != CLIENT_SECRET:
            return None
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if begun["code_challenge_method"] != "S256" or begun["code_challenge"] != challenge:
            return None
        if begun["redirect_uri"] != asked.get("redirect_uri"):
            return None
        return {
            "access_token": "an access token",
            "token_type": "Bearer",
            "id_token": self.id_token(begun["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = self.person | {
            "iss": self.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        }
        told = {name: value for name, value in (claims | self.lies).items() if value is not None}
        key = None if self.algorithm == "none" else self.signs_with or self.key
        return jwt.encode(told, key, algorithm=self.algorithm, headers={"kid": "one"})


class Door(BaseHTTPRequestHandler):
    """HTTP on the provider."""

    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(asked))
            self.end_headers()
            return
        if parts.path == "/userinfo":
            is_known = self.headers["Authorization"] == "Bearer an access token"
            person = self.provider.person | self.provider.userinfo_lies
            self._answer(person if is_known else None)
            return
        documents = {
            "/.well-known/openid-configuration": self.provider.discovery,
            "/jwks": self.provider.jwks,
        }
        self._answer(documents.get(parts.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(self.provider.token(asked))

    def _answer(self, document: dict[str, Any] | None) -> None:
        self.provider.asked.append((self.command, urlsplit(self.path).path))
        self.send_response(200 if document else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document or {"error": "invalid_grant"}).encode())

    def log_message(self, *words: Any) -> None:
        """Says nothing."""


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """The provider at an address of its own."""
    door = type("DoorOfOne", (Door,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
