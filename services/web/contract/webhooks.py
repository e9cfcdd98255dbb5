"""The webhooks of the API document: what a server that asked for events is sent."""

from typing import Any

from services.web.contract.operation import JSON, Events

Facts = dict[str, Any]
_HEADERS = {
    "webhook-id": "The event's own id, the same each time it is sent.",
    "webhook-timestamp": "When it was sent: seconds since 1970.",
    "webhook-signature": "Signatures of id, timestamp and body, as Standard Webhooks has them.",
}


def webhooks(events: Events, schemas: dict[int, Any]) -> Facts:
    """One POST a kind of event."""
    return {
        name: {
            "post": {
                "operationId": f"on_{name.replace('.', '_')}",
                "summary": name,
                "description": event.body.__doc__,
                "tags": ["events"],
                "parameters": [
                    {"name": n, "in": "header", "required": True, "description": said}
                    | {"schema": {"type": "string"}}
                    for n, said in _HEADERS.items()
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        JSON: {"schema": schemas[id(event.body)], "example": event.example}
                    },
                },
                "responses": {
                    "204": {"description": "Any 2xx: it is received. Else it is sent again."},
                    "410": {"description": "Nobody wants it any more: it is given up at once."},
                },
            }
        }
        for name, event in sorted(events.items())
    }
