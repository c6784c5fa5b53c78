"""What a tool looks at, as people call it. Pure; it knows names only."""

_LOOKS = {
    "search_logs": "logs",
    "query_metrics": "metrics",
    "list_deployments": "deployments",
    "diff_deployment": "a deployment's diff",
    "service_dependencies": "dependencies",
    "active_alerts": "alerts",
    "recall_similar_incidents": "memory",
    "find_runbook": "runbooks",
}


def spoken(tool: str) -> str:
    """Return what *tool* looks at."""
    return _LOOKS.get(tool, tool.replace("_", " "))
