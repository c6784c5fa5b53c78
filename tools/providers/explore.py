"""Links to Grafana's Explore, in the form that Grafana 10 and later documents (`schemaVersion=1`). It asks nobody."""

import json
from urllib.parse import urlencode

from pydantic import JsonValue

from tools.telemetry import Window


def explore(grafana_url: str, datasource_uid: str, query: dict[str, JsonValue], window: Window) -> str:
    """Return the page that shows *query* of a data source in *window*."""
    pane = {
        "datasource": datasource_uid,
        "queries": [query],
        "range": {
            "from": f"{window.start.timestamp() * 1e3:.0f}",
            "to": f"{window.end.timestamp() * 1e3:.0f}",
        },
    }
    asked = urlencode({"schemaVersion": 1, "panes": json.dumps({"a": pane}), "orgId": 1})
    return f"{grafana_url.rstrip('/')}/explore?{asked}"
