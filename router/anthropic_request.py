"""Our nouns as the body of an Anthropic Messages request. Pure; it imports no SDK and sends nothing.

It holds the rules of Claude 5.x: no sampling parameters, no prefill, no forced tool, structured output through
`output_config`. The stable part (tools, schema, system) comes first and is cached, then the whole prompt is.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from router.calls import Call
from router.messages import Message, Part, Text, Thinking, ToolResult, ToolUse

# JSON-schema words that structured output does not take; our own check of the answer still holds them.
_NOT_TAKEN = frozenset(
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
        "maxItems", "minItems", "uniqueItems", "minProperties", "maxProperties", "default", "examples",
    }
)  # fmt: skip
_CACHED = {"type": "ephemeral"}


def body(call: Call) -> dict[str, Any]:
    """Return the keyword arguments of `messages.create` for *call*."""
    made: dict[str, Any] = {
        "model": call.model,
        "max_tokens": call.max_tokens,
        "messages": [_message(message, call.model) for message in call.messages],
    }
    if call.system:
        made["system"] = [{"type": "text", "text": call.system}]
    if call.tools:
        made["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
            for tool in call.tools
        ]
        if not call.may_look:  # they stay listed: the conversation holds their calls, and the cache its head
            made["tool_choice"] = {"type": "none"}
    output: dict[str, Any] = {}
    if call.effort is not None:
        output["effort"] = call.effort
    if call.schema is not None:
        output["format"] = {"type": "json_schema", "schema": strict(call.schema)}
    if output:
        made["output_config"] = output
    if call.cache:
        _mark_cached(made)
    return made


def strict(schema: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Return *schema* as structured output takes it: objects closed, unsupported bounds left out."""
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NOT_TAKEN:
            continue
        if key in {"properties", "$defs"} and isinstance(value, dict):
            made[key] = {name: strict(inner) for name, inner in value.items() if isinstance(inner, dict)}
        elif isinstance(value, dict):
            made[key] = strict(value)
        elif isinstance(value, list) and key in {"anyOf", "oneOf", "allOf"}:
            made[key] = [strict(inner) for inner in value if isinstance(inner, dict)]
        else:
            made[key] = value
    if made.get("type") == "object":
        made["additionalProperties"] = False
    return made


def _mark_cached(made: dict[str, Any]) -> None:
    """Set the cache's two marks: after the stable head, and at the end of the prompt as it grows."""
    if "system" in made:
        made["system"][-1]["cache_control"] = _CACHED
    elif "tools" in made:
        made["tools"][-1]["cache_control"] = _CACHED
    if made["messages"] and made["messages"][-1]["content"]:
        made["messages"][-1]["content"][-1]["cache_control"] = _CACHED


def _message(message: Message, model: str) -> dict[str, Any]:
    parts = (_part(part) for part in message.parts if _belongs(part, model))
    return {"role": message.role, "content": list(parts)}


def _belongs(part: Part, model: str) -> bool:
    """Thinking is bound to the model that thought it; empty text is refused by the API."""
    if isinstance(part, Thinking):
        return part.model == model
    return not (isinstance(part, Text) and not part.text)


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case ToolUse(call_id, name, arguments):
            return {"type": "tool_use", "id": call_id, "name": name, "input": dict(arguments)}
        case ToolResult(call_id, text, is_error):
            content = [{"type": "text", "text": text}] if text else []
            return {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": is_error}
        case Thinking(_, sealed):
            return dict(sealed)
