"""The JSON Schema of subscriptions files, for editors."""

from __future__ import annotations

from typing import Any

from consumers.delivery.subscriptions import Subscription
from monitor.core.json_schema import DIALECT, model_schema


def subscriptions_schema() -> dict[str, Any]:
    """The schema of a subscriptions file."""
    subscription = model_schema(Subscription)
    definitions = subscription.pop("$defs", {})
    subscription["properties"]["scope"]["description"] = "what an alert must be for it to be wanted"
    return {
        "$schema": DIALECT,
        "title": "Subscriptions of Tocsin",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "subscriptions": {
                "description": "who gets which alerts, over which channels",
                "type": ["array", "null"],
                "items": {"$ref": "#/$defs/Subscription"},
            },
            "channels": {
                "description": "ways to send alerts, by name",
                "type": ["object", "null"],
                "additionalProperties": {"$ref": "#/$defs/Channel"},
            },
        },
        "$defs": {"Subscription": subscription, "Channel": _channel(), **definitions},
    }


def _channel() -> dict[str, Any]:
    return {
        "description": "A webhook and the secret that signs what is sent to it.",
        "type": "object",
        "additionalProperties": False,
        "required": ["webhook", "secret_env"],
        "properties": {
            "webhook": {
                "description": "where to send, without user name and password",
                "type": "string",
                "pattern": "^https?://",
            },
            "secret_env": {
                "description": "the environment variable that holds the secret",
                "type": "string",
                "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
            },
        },
    }
