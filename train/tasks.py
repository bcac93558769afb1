"""The closed fields of each task: what can be right or wrong word for word."""

from __future__ import annotations

import json
from typing import Any

CLOSED: dict[str, list[str]] = {
    "creature.act": ["act", "side", "kind", "good", "to", "promise"],
    "desk.news": ["good", "direction"],
    "desk.analyst": ["good", "stance"],
    "desk.quant": ["side", "good"],
    "desk.risk": ["objection"],
    "desk.vote": ["vote"],
    "desk.oversight": ["decision"],
}
DECISION: dict[str, str] = {
    "creature.act": "act",
    "desk.news": "direction",
    "desk.analyst": "stance",
    "desk.quant": "side",
    "desk.risk": "objection",
    "desk.vote": "vote",
    "desk.oversight": "decision",
}


def parsed(text: str) -> dict[str, Any] | None:
    """The answer as an object, if it is one."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
