"""Logs and metrics of Amazon CloudWatch in one region of one account; each part has a file of its own.

It only puts the two together and names their settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from tools.providers.aws_signing import AwsIdentity, AwsSignature
from tools.providers.cloudwatch_logs import CloudWatchLogs, LogsSettings
from tools.providers.cloudwatch_metrics import CloudWatchMetrics, MetricsSettings
from tools.reads import Endpoint


@dataclass(frozen=True, slots=True)
class CloudWatchSettings:
    """Which region, which log groups, which namespaces of metrics; an empty list means that part is not read.

    Credentials: keys, or a profile, or what botocore finds by itself (a role needs `logs:FilterLogEvents`,
    `cloudwatch:ListMetrics`, `cloudwatch:GetMetricData` and nothing else). *services* names the service of a log
    group; else it is the group's last part. *service_dimensions*: the first that a metric has names its service.
    *console_url* opens links. AWS bills GetMetricData by the metric: *max_metrics* bounds one look.
    """

    region: str
    log_groups: tuple[str, ...] = ()
    services: Mapping[str, str] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    service_dimensions: tuple[str, ...] = (
        "service", "Service", "ServiceName", "FunctionName", "QueueName", "TableName", "DBInstanceIdentifier",
        "LoadBalancer", "ApiName", "ClusterName",
    )  # fmt: skip
    max_lines: int = 6_000
    max_metrics: int = 200
    profile: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    logs_url: str = ""
    metrics_url: str = ""
    console_url: str = ""
    timeout_s: float = 10.0


class CloudWatch:
    """The parts that the settings name: `logs`, `metrics`, or both."""

    def __init__(
        self, settings: CloudWatchSettings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet. Raises ValueError when an address is none or nothing is named."""
        if not settings.log_groups and not settings.namespaces:
            raise ValueError("cloudwatch: name log_groups or namespaces; nothing is read without")
        told = settings
        identity = AwsIdentity(told.profile, told.access_key, told.secret_key, told.session_token)

        def signed(service: str) -> AwsSignature:
            return AwsSignature("cloudwatch", identity, service, told.region)

        def endpoint(url: str, service: str) -> Endpoint:
            return Endpoint(url or f"https://{service}.{told.region}.amazonaws.com", timeout_s=told.timeout_s)

        self.logs = (
            CloudWatchLogs(
                LogsSettings(
                    endpoint(told.logs_url, "logs"), told.region, told.log_groups, told.services,
                    told.max_lines, told.console_url,
                ),
                signed("logs"), transport=transport,
            )
            if told.log_groups else None
        )  # fmt: skip
        self.metrics = (
            CloudWatchMetrics(
                MetricsSettings(
                    endpoint(told.metrics_url, "monitoring"), told.region, told.namespaces,
                    told.service_dimensions, told.max_metrics, told.console_url,
                ),
                signed("monitoring"), transport=transport,
            )
            if told.namespaces else None
        )  # fmt: skip

    async def aclose(self) -> None:
        """Close the connections."""
        for part in (self.logs, self.metrics):
            if part is not None:
                await part.aclose()
