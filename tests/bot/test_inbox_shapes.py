"""Senders that nobody listed, read by shape, and bots' posts that are no alerts. Payloads are our own, in the
forms that the tools document; what is asked is that the trouble is told and never its exact wording."""

import pytest

from bot.heard import AlertOpened, AlertResolved, ChangeNoticed, Ignored
from bot.inbox import Inbox, Me
from bot.investigation.alert import Severity
from bot.senders.post import read_post
from tests.bot.slack_posts import Message, app, attached, buttons, fields, header, section, webhook

C, H, E, M, W, U = (
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.ERROR,
    Severity.MEDIUM,
    Severity.WARNING,
    Severity.UNKNOWN,
)

# name of the form, firing post, resolving post or None, severity, a part of the title, service
UNLISTED: list[tuple[str, Message, Message | None, Severity, str, str]] = [
    (
        "pingdom",
        webhook(
            "Pingdom",
            attachments=attached(
                color="d30e0e", text="<https://my.pingdom.com/r#check=7|orders> (o.example) is *DOWN*"
            ),
        ),
        webhook(
            "Pingdom",
            attachments=attached(
                color="36a64f",
                text="<https://my.pingdom.com/r#check=7|orders> (o.example) is *UP* after 5m 10s",
            ),
        ),
        C,
        "orders",
        "",
    ),
    (
        "healthchecks.io",
        webhook(
            "healthchecks.io",
            attachments=attached(
                color="danger", title="“etl” is DOWN.", fields=fields(Project="infra", Tags="prod")
            ),
        ),
        webhook("healthchecks.io", attachments=attached(color="good", title="“etl” is UP.")),
        C,
        "etl",
        "",
    ),
    (
        "zabbix",
        webhook(
            "Zabbix",
            attachments=attached(
                color="E97659",
                title="Problem: Disk nearly full on db-3",
                fields=fields(Host="db-3", Severity="High", Event_tags="service: billing"),
            ),
        ),
        webhook(
            "Zabbix",
            attachments=attached(
                color="009900",
                title="Resolved in 12m: Disk nearly full on db-3",
                fields=fields(Host="db-3", Severity="High"),
            ),
        ),
        H,
        "Disk nearly full on db-3",
        "billing",
    ),
    (
        "nagios",
        webhook(
            "nagios",
            "PROBLEM: web-1/HTTP is CRITICAL: Socket timeout",
            attachments=attached(fields=fields(Host="web-1", Service="HTTP", State="CRITICAL")),
        ),
        webhook(
            "nagios",
            "RECOVERY: web-1/HTTP is OK",
            attachments=attached(fields=fields(Host="web-1", Service="HTTP", State="OK")),
        ),
        C,
        "web-1/HTTP",
        "",
    ),
    (
        "google cloud monitoring",
        app(
            "Google Cloud Monitoring",
            attachments=attached(
                color="danger",
                title="Alert firing: orders 5xx ratio",
                title_link="https://c.example/alerting/incidents/0.n1?project=p",
                fields=fields(Severity="Critical"),
            ),
        ),
        app(
            "Google Cloud Monitoring",
            attachments=attached(
                color="good",
                title="Alert recovered: orders 5xx ratio",
                title_link="https://c.example/alerting/incidents/0.n1?project=p",
            ),
        ),
        C,
        "orders 5xx ratio",
        "",
    ),
    (
        "azure",
        app(
            "Azure Monitor",
            blocks=[
                header("Fired:Sev1 Azure Monitor Alert cpu-high on vm-7"),
                section("", "*Severity:*\nSev1", "*Monitor condition:*\nFired"),
            ],
        ),
        app(
            "Azure Monitor",
            blocks=[
                header("Resolved:Sev1 Azure Monitor Alert cpu-high on vm-7"),
                section("", "*Severity:*\nSev1", "*Monitor condition:*\nResolved"),
            ],
        ),
        C,
        "cpu-high on vm-7",
        "",
    ),
    (
        "dynatrace",
        webhook(
            "Dynatrace",
            attachments=attached(
                title="Problem P-2311: Failure rate increase", fields=fields(State="OPEN", Severity="ERROR")
            ),
        ),
        webhook(
            "Dynatrace",
            attachments=attached(
                title="Problem P-2311: Failure rate increase",
                fields=fields(State="RESOLVED", Severity="ERROR"),
            ),
        ),
        E,
        "Failure rate increase",
        "",
    ),
    (
        "honeycomb",
        app(
            "Honeycomb",
            attachments=attached(
                color="f44336",
                title="Triggered: orders p99 too slow",
                title_link="https://ui.example/triggers/abc",
            ),
        ),
        app(
            "Honeycomb",
            attachments=attached(
                color="4caf50",
                title="Resolved: orders p99 too slow",
                title_link="https://ui.example/triggers/abc",
            ),
        ),
        U,
        "orders p99 too slow",
        "",
    ),
    (
        "checkly",
        app(
            "Checkly",
            blocks=[
                section(
                    ":red_circle: *Failure:* The check <https://c.example/checks/1b2|Order flow> has failed"
                )
            ],
        ),
        app(
            "Checkly",
            blocks=[
                section(
                    ":large_green_circle: *Recovery:* The check <https://c.example/checks/1b2|Order flow> has recovered"
                )
            ],
        ),
        U,
        "Order flow",
        "",
    ),
    (
        "a shell script",
        webhook("cron", "[WARN] disk usage on nas-1 is 91%"),
        webhook("cron", "[OK] disk usage on nas-1 is 71%"),
        W,
        "disk usage on nas-1",
        "",
    ),
    (
        "home-made with key: value lines",
        webhook(
            "bot",
            "🚨 *ALERT* orders latency p99 = 4.2s (threshold 1s)\nservice: orders-api\nseverity: high\n<https://rb.example/x|Runbook>",
        ),
        webhook(
            "bot",
            "✅ *RESOLVED* orders latency p99 = 0.4s (threshold 1s)\nservice: orders-api\nseverity: high",
        ),
        H,
        "orders latency p99",
        "orders-api",
    ),
    (
        "icinga",
        webhook("icinga2", ":x: *PROBLEM* <https://i.example/s?host=db-1|load on db-1> is *CRITICAL*"),
        None,
        C,
        "load on db-1",
        "",
    ),
    (
        "segments",
        webhook("ops", "CRITICAL | payments queue depth 12000 &gt; 5000 | <https://d.example/q>"),
        None,
        C,
        "payments queue depth",
        "",
    ),
    (
        "incident.io",
        app(
            "incident.io",
            blocks=[
                header("🔥 New incident: Orders fail"),
                section("", "*Severity*\nMajor", "*Status*\nInvestigating"),
                buttons(View_incident="https://i.example/incidents/42"),
            ],
        ),
        None,
        H,
        "Orders fail",
        "",
    ),
    (
        "elastalert",
        webhook(
            "ElastAlert",
            attachments=attached(color="danger", title="Too many 500s", text="num_hits: 120\nservice: cart"),
        ),
        None,
        U,
        "Too many 500s",
        "cart",
    ),
    (
        "argo cd health",
        webhook(
            "Argo CD",
            attachments=attached(
                color="f4c030", title="orders", text=":exclamation: Application orders has degraded."
            ),
        ),
        None,
        U,
        "orders",
        "",
    ),
    (
        "botkube",
        webhook(
            "BotKube",
            attachments=attached(
                color="danger",
                title="Pod error",
                fields=fields(
                    Namespace="shop", Reason="BackOff", Message="Back-off restarting failed container"
                ),
            ),
        ),
        None,
        U,
        "Pod error",
        "",
    ),
    (
        "rollbar",
        webhook(
            "Rollbar",
            attachments=attached(
                color="danger",
                pretext="[orders] production - New Error",
                title="#451 TypeError: x is undefined",
            ),
        ),
        None,
        E,
        "TypeError: x is undefined",
        "",
    ),
    (
        "unknown blocks",
        app(
            "alertbot",
            blocks=[
                {"type": "card_v9", "text": {"type": "mrkdwn", "text": "*[FIRING]* orders lag"}},
                {"type": "?"},
            ],
        ),
        None,
        U,
        "orders lag",
        "",
    ),
    (
        "e-mail to the channel",
        {
            "type": "message",
            "subtype": "file_share",
            "user": "USLACKBOT",
            "channel": "C",
            "ts": "1.1",
            "files": [
                {
                    "filetype": "email",
                    "subject": "** PROBLEM: web-1 is DOWN **",
                    "plain_text": "Host: web-1\nState: DOWN",
                }
            ],
        },
        None,
        C,
        "web-1 is DOWN",
        "",
    ),
]

CHANGES = [
    webhook("deploybot", "🚀 orders v1.2.3 deployed to production by ann"),
    webhook(
        "Jenkins",
        attachments=attached(
            color="danger", text="orders-main - #88 Failure after 3 min (<https://ci.example/88|Open>)"
        ),
    ),
    webhook(
        "argocd",
        attachments=attached(
            color="18be52",
            title="orders",
            text=":white_check_mark: Application orders has been successfully synced",
        ),
    ),
    app(
        "GitHub",
        attachments=attached(
            color="d73a49", text="*<https://g.example/d|Deployment to production failed>* by ann"
        ),
    ),
    app("GitHub", attachments=attached(color="2cbe4e", text="Pull request merged: Fix critical alert bug")),
    webhook("LaunchDarkly", "ann turned on the flag *new-orders* in Production"),
    webhook("Terraform Cloud", attachments=attached(color="good", title="Run applied: prod-network")),
    webhook("release-notes", "orders: released v2.4.0 to all regions"),
]

TALK = [
    webhook("Geekbot", "Time for daily standup! What did you do yesterday?"),
    app(
        "Jira",
        attachments=attached(
            title="SHOP-12 Orders fail", fields=fields(Status="Open", Priority="High", Assignee="ann")
        ),
    ),
    webhook("Statuspage", "Scheduled maintenance: database upgrade on Sunday 02:00 UTC"),
    app("HubSpot", "🎉 New lead: corp.example, critical account"),
    webhook(
        "backup", "✅ Nightly backup finished in 14 min", attachments=attached(color="good", text="32 GB")
    ),
    webhook("rss", "New blog post: How we cut our error rate by half with alerts"),
    app("Zendesk", "Ticket #123 updated: status open, priority urgent"),
    webhook("slo", "Weekly SLO summary: 3 services below target"),
    webhook("kudos", "🔥 Ann is on fire! 10 kudos this week"),
    app("Google Calendar", "Event starting now: incident review"),
    app("incident.io", "Post-mortem for INC-12 is ready for review"),
    app("Sentry", "12 issues in project orders: daily digest"),
    webhook("reminders", "⚠️ Reminder: rotate the on-call keys"),
    webhook("hr", "Ann is out of office today"),
    app("Donut", "Meet your match"),
    {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B1",
        "text": None,
        "attachments": None,
        "blocks": [None, 3],
        "ts": None,
        "username": 7,
    },
]


@pytest.mark.parametrize(
    ("firing", "over", "severity", "title", "service"),
    [case[1:] for case in UNLISTED],
    ids=[case[0] for case in UNLISTED],
)
def test_unlisted_sender(
    firing: Message, over: Message | None, severity: Severity, title: str, service: str
) -> None:
    inbox = Inbox(Me("U0BOT", "B0BOT"))
    opened = inbox.read(firing)
    assert isinstance(opened, AlertOpened)
    assert title in opened.alert.title
    assert (opened.alert.severity, opened.alert.service) == (severity, service)
    if over:
        resolved = inbox.read(over)
        assert isinstance(resolved, AlertResolved)
        assert resolved.alert.fingerprint == opened.alert.fingerprint
        assert resolved.alert.severity is severity


@pytest.mark.parametrize("post", CHANGES)
def test_a_change_is_noticed_and_not_investigated(post: Message) -> None:
    heard = Inbox(Me("U0BOT", "B0BOT")).read(post)
    assert isinstance(heard, ChangeNoticed)
    assert heard.title


@pytest.mark.parametrize("post", TALK)
def test_talk_is_left_alone(post: Message) -> None:
    assert Inbox(Me("U0BOT", "B0BOT")).read(post) == Ignored("no alert")


def test_test_notifications_are_left_alone() -> None:
    inbox = Inbox(Me("U0BOT", "B0BOT"))
    for text in (
        "[TEST] Triggered: [P2] Many errors",
        "This is a test notification from ZZ",
        "Testing your integration: [FIRING] x",
    ):
        assert inbox.read(webhook("Datadog", attachments=attached(title=text))) == Ignored(
            "test notification"
        )


def test_blanks_that_only_align_are_cut() -> None:
    padded = "Queue" + " " * 9_000 + "is long"
    post = read_post(webhook("cron", padded, attachments=attached(title=padded, fallback=padded)))
    assert {post.text, post.lines[0], post.title.replace("  ", " "), *post.fallbacks} <= {
        "Queue    is long",
        "Queue is long",
    }


@pytest.mark.parametrize("trouble", ["disk full on db-{} in eu west", "disk full on 10.4.0.{}", "10.4.0.{}"])
def test_one_more_host_is_another_trouble(trouble: str) -> None:
    inbox = Inbox(Me("U0BOT", "B0BOT"))
    posts = [webhook("cron", f"[CRITICAL] {trouble.format(number)}") for number in (1, 2)]
    first, second = (inbox.read(post) for post in posts)
    assert isinstance(first, AlertOpened)
    assert isinstance(second, AlertOpened)
    over = inbox.read(webhook("cron", f"[OK] {trouble.format(2)}"))
    assert isinstance(over, AlertResolved)
    assert over.alert.fingerprint == second.alert.fingerprint
