"""Signatures of the Standard Webhooks convention, version 1."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass

PREFIX = "whsec_"


@dataclass(frozen=True)
class Signer:
    """Signs for one webhook with a secret derived from the server's, so that none is stored."""

    key: bytes

    @classmethod
    def of(cls, server_secret: bytes, tenant: str, webhook_id: str) -> "Signer":
        return cls(_hmac(server_secret, f"webhook\x1f{tenant}\x1f{webhook_id}".encode()))

    @property
    def secret(self) -> str:
        """What the receiver checks with."""
        return PREFIX + b64encode(self.key).decode()

    def headers(self, message_id: str, at: int, body: bytes) -> dict[str, str]:
        """Who sent a message, when, and that nobody changed it."""
        signature = _hmac(self.key, f"{message_id}.{at}.".encode() + body)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": f"v1,{b64encode(signature).decode()}",
        }


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
