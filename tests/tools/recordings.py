"""Answers in the forms that each vendor documents, shortened, with times around one onset.

Provenance: the forms that the vendors' own API references document (Loki HTTP API, Elasticsearch search API, GitHub
REST 2022-11-28, GitLab REST v4, Argo CD swagger, Kubernetes API v1 and apps/v1, PagerDuty REST v2, Alertmanager API
v2 as Grafana serves it, Jaeger query service, Prometheus HTTP API, Backstage catalog API, LaunchDarkly
REST v2), written out by hand with
names and times of our own; not captured from servers.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

ONSET = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def iso(minutes: float) -> str:
    return (ONSET + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ns(minutes: float) -> str:
    return str(int((ONSET + timedelta(minutes=minutes)).timestamp()) * 10**9)


LOKI = {
    "status": "success",
    "data": {
        "resultType": "streams",
        "result": [
            {
                "stream": {"service_name": "checkout", "pod": "checkout-1", "detected_level": "error"},
                "values": [[ns(1), "pool exhausted"], [ns(-2), "pool at 19 of 20"], ["soon", "?"]],
            }
        ],
        "stats": {},
    },
}
ELASTICSEARCH = {
    "took": 5,
    "timed_out": False,
    "hits": {
        "hits": [
            {"_index": "logs-a", "_source": {"@timestamp": iso(1), "message": "pool exhausted",
             "log": {"level": "error"}, "service": {"name": "checkout"},
             "kubernetes": {"pod": {"name": "checkout-1"}}}},
            {"_index": "logs-a", "_source": {"@timestamp": iso(-2), "message": "pool low", "service.name": "checkout"}},
            {"_index": "logs-a", "_source": {"message": "no time"}},
        ]
    },
}  # fmt: skip
SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
GITHUB_COMMIT = {
    "sha": SHA,
    "html_url": f"https://github.com/octo/shop/commit/{SHA}",
    "commit": {
        "message": "Make the pool leaner\n\nBody",
        "author": {"name": "Ada"},
        "committer": {"date": iso(-30)},
    },
    "author": {"login": "ada"},
    "files": [
        {
            "filename": "pool.toml",
            "additions": 1,
            "deletions": 1,
            "patch": "@@ -1 +1 @@\n-size = 20\n+size = 2",
        }
    ],
}
GITHUB_DEPLOYMENTS = [
    {"id": 42, "sha": SHA, "ref": "main", "task": "deploy", "environment": "production", "description": None,
     "creator": {"login": "deploy-bot"}, "created_at": iso(-12), "updated_at": iso(-11)},
    {"id": 41, "sha": "a" * 40, "ref": "main", "task": "deploy", "created_at": "2020-01-01T00:00:00Z"},
]  # fmt: skip
GITLAB_DEPLOYMENTS = [
    {"id": 42, "iid": 2, "ref": "main", "sha": SHA, "status": "success", "updated_at": iso(-11),
     "user": {"name": "Ada"}, "environment": {"name": "production"},
     "deployable": {"finished_at": iso(-12), "commit": {"id": SHA, "title": "Make the pool leaner",
                    "web_url": f"https://gitlab.example/shop/-/commit/{SHA}"}}},
]  # fmt: skip
GITLAB_COMMIT = {
    "id": SHA, "title": "Make the pool leaner", "author_name": "Ada", "committed_date": iso(-30),
    "web_url": f"https://gitlab.example/shop/-/commit/{SHA}",
}  # fmt: skip
GITLAB_DIFF = [
    {"old_path": "pool.toml", "new_path": "pool.toml", "diff": "@@ -1 +1 @@\n-size = 20\n+size = 2\n"}
]
ARGOCD = {
    "items": [
        {
            "metadata": {"name": "checkout"},
            "spec": {"source": {"path": "checkout"}},
            "status": {
                "history": [
                    {"id": 1, "revision": "b" * 40, "deployedAt": iso(-3000), "source": {"path": "checkout"}},
                    {"id": 2, "revision": SHA, "deployedAt": iso(-12), "source": {"path": "checkout"},
                     "initiatedBy": {"username": "ada"}},
                ]
            },
        }
    ]
}  # fmt: skip
ARGOCD_REVISION = {"author": "Ada <ada@example>", "date": iso(-30), "message": "Make the pool leaner\n\nBody"}
FLAG_CHANGE = {
    "_id": "5a8b0c3d9e1f2a4b6c7d8e9f", "accountId": "acc", "kind": "flag", "name": "Lean pool",
    "date": int((ONSET + timedelta(minutes=-12)).timestamp() * 1000),
    "titleVerb": "turned on the flag in [production](https://app.launchdarkly.com/x)",
    "member": {"email": "ada@shop.example", "firstName": "Ada", "lastName": "Lovelace"},
    "target": {"name": "Lean pool", "resources": ["proj/shop:env/production:flag/checkout-lean-pool;pool"]},
}  # fmt: skip
FLAG_ENTRY = {
    **FLAG_CHANGE,
    "previousVersion": {"on": False, "key": "x"},
    "currentVersion": {"on": True, "key": "x"},
}
PAGERDUTY = {
    "incidents": [
        {"id": "PT4KHLK", "incident_number": 1234, "title": "The server is on fire.", "created_at": iso(2),
         "status": "triggered", "urgency": "high", "html_url": "https://sub.pagerduty.com/incidents/PT4KHLK",
         "service": {"summary": "checkout"}, "assignments": [{"assignee": {"summary": "Ada Lovelace"}}]}
    ]
}  # fmt: skip
GRAFANA = [
    {"labels": {"alertname": "HighLatency", "service": "checkout", "severity": "warning"}, "startsAt": iso(1),
     "annotations": {"summary": "p95 over 2 s"}, "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
     "generatorURL": "https://source.example/base/alerting/grafana/abc/view?orgId=1", "fingerprint": "1"},
    {"labels": {"alertname": "Odd"}, "startsAt": iso(1), "annotations": {}, "generatorURL": "https://evil.example/x"},
]  # fmt: skip
JAEGER_DEPENDENCIES = {"data": [{"parent": "gateway", "child": "checkout", "callCount": 97}], "errors": None}
JAEGER_TRACES = {
    "data": [
        {
            "traceID": "t1",
            "spans": [
                {
                    "traceID": "t1",
                    "spanID": "s1",
                    "operationName": "POST /pay",
                    "processID": "p1",
                    "duration": 2_000_000,
                    "tags": [{"key": "error", "type": "bool", "value": True}],
                },
                {
                    "traceID": "t1",
                    "spanID": "s2",
                    "operationName": "POST /pay",
                    "processID": "p1",
                    "duration": 1_000,
                },
            ],
            "processes": {"p1": {"serviceName": "checkout"}},
        }
    ]
}


def graph(value: str) -> dict[str, Any]:
    row = {"metric": {"client": "gateway", "server": "checkout"}, "value": [ONSET.timestamp(), value]}
    return {"status": "success", "data": {"resultType": "vector", "result": [row]}}


BACKSTAGE = [
    {"kind": "Component", "metadata": {"name": "checkout"},
     "spec": {"owner": "group:default/orders", "dependsOn": ["component:default/store", "resource:orders-db"]},
     "relations": [{"type": "dependsOn", "targetRef": "component:default/store"}, {"type": "ownedBy"}]},
]  # fmt: skip
_LABELS = {"app.kubernetes.io/name": "checkout"}


def replica_set(revision: int, minutes: float, image: str, size: str) -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"checkout-{revision}f9c", "creationTimestamp": iso(minutes), "labels": _LABELS,
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "ownerReferences": [{"kind": "Deployment", "name": "checkout"}],
        },
        "spec": {"template": {"spec": {"containers": [
            {"name": "app", "image": image, "env": [{"name": "POOL_SIZE", "value": size}],
             "resources": {"limits": {"memory": "256Mi"}}}]}}},
    }  # fmt: skip


REPLICA_SETS = {"items": [replica_set(10, -12, "shop:1.9", "2"), replica_set(9, -3000, "shop:1.8", "20")]}
PODS = {
    "items": [
        {"metadata": {"name": "checkout-10f9c-a", "labels": _LABELS},
         "status": {"startTime": iso(-12), "containerStatuses": [
             {"name": "app", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
              "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": iso(3)}}}]}},
        {"metadata": {"name": "user-a", "labels": {"app": "user"}},
         "status": {"containerStatuses": [
             {"name": "app", "restartCount": 2, "state": {"running": {}},
              "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": iso(1)}}},
             {"name": "side", "restartCount": 0, "state": {"running": {}}}]}},
        {"metadata": {"name": "store-b", "labels": {"app": "store"}},
         "status": {"phase": "Failed", "reason": "Evicted", "startTime": iso(2),
                    "message": "The node was low on resource: memory."}},
    ]
}  # fmt: skip
POD_LOG = f"{iso(-1)} pool at 19 of 20\n{iso(1)} pool exhausted\nno time here\n"
