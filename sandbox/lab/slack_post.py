"""An alert as Alertmanager posts it to Slack: the default title, the description as the text. Pure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


def slack_post(
    alert: Mapping[str, Any], alertmanager: str = "http://alertmanager.shop.example:9093"
) -> dict[str, Any]:
    """Return the body of an incoming-webhook post for an alert row (title, service, severity, status, description)."""
    labels: Mapping[str, str] = alert["labels"]
    over = alert.get("status") == "resolved"
    status = "RESOLVED" if over else "FIRING:1"
    # Alertmanager: the values of the group's labels, then in brackets the values of the other common labels
    others = " ".join(labels[key] for key in sorted(labels) if key not in {"alertname", "service"})
    name = labels["alertname"]
    title = f"[{status}] {name} {labels['service']} ({others})"
    matcher = quote(f'{{alertname="{name}"}}')
    link = f"{alertmanager}/#/alerts?receiver=slack&filter={matcher}"
    return {
        "channel": "#alerts",
        "username": "Alertmanager",
        "attachments": [
            {
                "title": title,
                "title_link": link,
                "text": alert["description"],
                "fallback": f"{title} | {link}",
                "color": "good" if over else "danger",
                "mrkdwn_in": ["fallback", "pretext", "text"],
            }
        ],
    }
