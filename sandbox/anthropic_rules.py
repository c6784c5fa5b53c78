"""What the Messages API of Claude 5.x refuses, as far as its documentation says, for the scripted server. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.anthropic_script import Refuse

MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-2")
_FIFTH = re.compile(r"[a-z]-5(?:-|$)")  # claude-haiku-5-5, not claude-haiku-4-5
_SAMPLING = {"temperature": 1.0, "top_p": None, "top_k": None}
_BOUNDS = {"minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems"}


def refusal(headers: Mapping[str, str], body: Mapping[str, Any], models: tuple[str, ...]) -> Refuse | None:
    """Return the error that the API answers this request with, or None when it is a good one."""
    # anthropic 2.12 sends the key as a bearer token, older SDKs as x-api-key; the API takes both.
    if not (headers.get("x-api-key") or headers.get("authorization", "").startswith("Bearer ")):
        return Refuse(401, "authentication_error", "x-api-key header is required")
    if "anthropic-version" not in headers:
        return Refuse(400, "invalid_request_error", "anthropic-version: header is required")
    if body.get("model") not in models:
        return Refuse(404, "not_found_error", f"model: {body.get('model')}")
    wrong = next(_wrong(body), None)
    return None if wrong is None else Refuse(400, "invalid_request_error", wrong)


def _wrong(body: Mapping[str, Any]) -> Iterator[str]:
    model = str(body["model"])
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        yield "max_tokens: Field required"
    if _FIFTH.search(model):
        for name, only in _SAMPLING.items():
            if name in body and body[name] != only:
                yield f"{name}: this model does not support sampling parameters"
        if "budget_tokens" in (body.get("thinking") or {}):
            yield "thinking.budget_tokens: this model supports adaptive thinking only"
        if (body.get("tool_choice") or {}).get("type") in {"any", "tool"} and "sonnet" in model:
            yield "tool_choice: this model does not support forced tool use"
    yield from _messages(body.get("messages"))
    yield from _format(body)


def _messages(messages: Any) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    if messages[0].get("role") != "user":
        yield "messages: first message must use the user role"
    if messages[-1].get("role") == "assistant":
        yield "messages: this model does not support assistant message prefill"
    pending: set[str] = set()
    for number, message in enumerate(messages):
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not blocks:
            yield f"messages.{number}: content must not be empty"
            return
        if any(block["type"] == "text" and not block["text"] for block in blocks):
            yield f"messages.{number}: text content blocks must be non-empty"
        answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        if pending - answered:
            yield f"messages.{number}: tool_use ids were found without tool_result blocks: {min(pending)}"
        if answered - pending:
            yield f"messages.{number}: unexpected tool_use_id found in tool_result blocks: {min(answered)}"
        pending = {block["id"] for block in blocks if block["type"] == "tool_use"}


def _format(body: Mapping[str, Any]) -> Iterator[str]:
    output = body.get("output_config") or {}
    if output.get("effort") not in {None, "low", "medium", "high", "xhigh", "max"}:
        yield "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
    if wanted := output.get("format"):
        yield from _schema(wanted.get("schema") or {}, "output_config.format.schema")


def _schema(schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if bounds := _BOUNDS & set(schema):
        yield f"{where}: For '{schema.get('type')}' type, property '{min(bounds)}' is not supported"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false"
    for name, inner in (schema.get("properties") or {}).items():
        yield from _schema(inner, f"{where}.properties.{name}")
    if isinstance(schema.get("items"), dict):
        yield from _schema(schema["items"], f"{where}.items")
