"""Signing in by OpenID Connect: the authorisation code flow with PKCE, state and nonce.

What a person may do is said by the provider: a claim with entries `counterpart:<tenant>:<scope>`.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.errors import NotFound, NotReady, Unauthorised
from models.settings import Settings
from services.access.keys import Scope
from services.access.server_secret import server_secret
from services.access.sessions import Person
from services.access.signing_in import own_path

GRANT = "counterpart"
MINUTES = 10
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_TIMEOUT = 10.0


@dataclass(frozen=True)
class Started:
    """Where to send the browser, and what its cookie has to bring back."""

    url: str
    cookie: str


@dataclass(frozen=True)
class Provider:
    """The identity provider of the settings."""

    settings: Settings
    callback: str

    def start(self, then: str) -> Started:
        """Begin to sign in; afterwards the browser goes on to a page of ours."""
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._client() as client:
            url, state = client.create_authorization_url(
                self._metadata()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "then": own_path(then)}
        return Started(url, self._signer().dumps(kept))

    def finish(self, cookie: str | None, state: str, code: str) -> tuple[Person, str]:
        """Who signed in, and where they wanted to go."""
        kept = self._kept(cookie, state)
        metadata = self._metadata()
        with self._client() as client:
            try:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=kept["verifier"]
                )
            except (OAuthError, httpx.HTTPError) as error:
                raise Unauthorised("The identity provider did not accept the sign-in.") from error
        claims = self._claims(metadata, str(token.get("id_token", "")), kept["nonce"])
        return person_of(claims, self.settings.oidc_claim), kept["then"]

    def _kept(self, cookie: str | None, state: str) -> dict[str, str]:
        try:
            kept: dict[str, str] = self._signer().loads(cookie or "", max_age=MINUTES * 60)
        except BadData as error:
            raise Unauthorised("This sign-in was not begun here, or too long ago.") from error
        if not secrets.compare_digest(kept["state"].encode(), state.encode()):
            raise Unauthorised("This sign-in was not begun here.")
        return kept

    def _claims(self, metadata: dict[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(cast(Any, _json(metadata["jwks_uri"])))
        wanted = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": metadata["issuer"]},
            aud={"essential": True, "value": self.settings.oidc_client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
            wanted.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise Unauthorised("The identity provider's token is not valid.") from error
        return token.claims

    def _metadata(self) -> dict[str, Any]:
        issuer = self.settings.oidc_issuer.rstrip("/")
        metadata = _json(f"{issuer}/.well-known/openid-configuration")
        if str(metadata.get("issuer", "")).rstrip("/") != issuer:
            raise NotReady("The identity provider calls itself by another name.")
        return metadata

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self.settings.oidc_client_id,
            client_secret=self.settings.oidc_client_secret.get_secret_value(),
            redirect_uri=self.callback,
            scope="openid profile email",
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )

    def _signer(self) -> URLSafeTimedSerializer:
        secret = server_secret(self.settings.secret.get_secret_value(), self.settings.var)
        return URLSafeTimedSerializer(secret, salt="counterpart oidc")


def person_of(claims: dict[str, Any], claim: str) -> Person:
    """The person of an identity, with the tenant and scopes that the provider grants."""
    given = claims.get(claim, ())
    grants = [given] if isinstance(given, str) else given if isinstance(given, list) else ()
    tenants, scopes = _granted(grants)
    if len(tenants) != 1:
        what = "no tenant" if not tenants else "more than one tenant"
        raise Unauthorised(f"Your account grants you {what} here: ask whoever runs it.")
    name = claims.get("name") or claims.get("email") or claims["sub"]
    return Person(tenants.pop(), str(name), " ".join(sorted(scopes)))


def _granted(grants: Iterable[object]) -> tuple[set[str], set[str]]:
    tenants, scopes = set(), set()
    for grant in grants:
        kind, _, rest = str(grant).partition(":")
        tenant, _, scope = rest.partition(":")
        if kind == GRANT and tenant and scope in set(Scope):
            tenants.add(tenant)
            scopes.add(scope)
    return tenants, scopes


def provider(settings: Settings, callback: str) -> Provider:
    """The provider of the settings; without one there is nothing here."""
    if not settings.oidc_issuer:
        raise NotFound("No identity provider is set: sign in with a key.")
    return Provider(settings, callback)


def _json(url: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = httpx.get(url, timeout=_TIMEOUT).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise NotReady("The identity provider cannot be reached.") from error
    return found
