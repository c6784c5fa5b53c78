"""A test per listed sender: firing, what follows, and its posts that are no alerts. Payloads are our own,
in the form that each class's comment names."""

from bot.heard import (
    AlertAcknowledged,
    AlertChanged,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    Heard,
    HeardAlert,
    Ignored,
)
from bot.inbox import Inbox, Me
from bot.investigation.alert import Severity
from tests.bot.slack_posts import (
    Message,
    app,
    attached,
    buttons,
    context,
    edit,
    fields,
    header,
    section,
    webhook,
)


def read(*messages: Message) -> list[Heard]:
    inbox = Inbox(Me("U0BOT", "B0BOT"))
    return [inbox.read(message) for message in messages]


def alerts(*messages: Message) -> list[HeardAlert]:
    heard = read(*messages)
    assert all(isinstance(each, HeardAlert) for each in heard), heard
    return [each for each in heard if isinstance(each, HeardAlert)]


class TestAlertmanager:
    # prometheus/alertmanager template/default.tmpl (__subject) and notify/slack/slack.go
    LINK = "http://am.corp.example:9093/#/alerts?receiver=sre"

    def post(self, title: str, **more: object) -> Message:
        return app(
            "am",
            attachments=attached(
                title=title, title_link=self.LINK, fallback=f"{title} | <{self.LINK}>", **more
            ),
        )

    def test_default_template_from_firing_to_resolved(self) -> None:
        firing, resolved = alerts(
            self.post("[FIRING:2] TargetDown eu orders (web default warning)", color="a30200"),
            self.post("[RESOLVED] TargetDown eu orders (web default warning)", color="2eb886"),
        )
        assert isinstance(firing, AlertOpened)
        assert (firing.alert.source, firing.alert.severity, firing.count) == (
            "alertmanager",
            Severity.WARNING,
            2,
        )
        assert firing.alert.title == "TargetDown eu orders (web default warning)"
        assert (firing.alert.service, firing.alert.link) == ("orders", self.LINK)
        assert firing.alert.labels["alertname"] == "TargetDown"
        assert isinstance(resolved, AlertResolved)
        assert resolved.count == 0
        assert resolved.alert.fingerprint == firing.alert.fingerprint

    def test_one_group_value_is_not_taken_for_a_service(self) -> None:
        (heard,) = alerts(self.post("[FIRING:1] DiskFull db-7 (critical)"))
        assert heard.alert.service == ""
        assert heard.alert.severity is Severity.CRITICAL

    def test_repeat_and_larger_group(self) -> None:
        title = "TargetDown eu orders (web default warning)"
        _, same, more = alerts(*(self.post(f"[FIRING:{n}] {title}") for n in (2, 2, 3)))
        assert isinstance(same, AlertRepeated)
        assert isinstance(more, AlertChanged)
        assert more.count == 3

    def test_edited_in_place_since_0_32(self) -> None:
        was, now = (self.post(f"[{state}] Lag (critical)") for state in ("FIRING:1", "RESOLVED"))
        opened, resolved = alerts(was, edit(now, was))
        assert isinstance(resolved, AlertResolved)
        assert resolved.place.ts == opened.place.ts

    def test_cut_title_keeps_whole_words_for_its_key(self) -> None:
        words = " ".join(f"zone-{number}" for number in range(300))
        cut = [f"[FIRING:1] Long {words}"[:1023] + "…"] * 2
        posts = [
            app(
                "am",
                attachments=attached(
                    title=cut[at], fallback=f"[FIRING:1] Long {words} {tail} | <{self.LINK}>"
                ),
            )
            for at, tail in enumerate(("first critical", "second info"))
        ]
        first, second = alerts(*posts)
        assert isinstance(second, AlertOpened)
        assert first.alert.fingerprint != second.alert.fingerprint
        assert (first.alert.severity, second.alert.severity) == (Severity.CRITICAL, Severity.INFO)

    def test_custom_template_with_fields_and_runbook(self) -> None:
        text = "*Summary:* lag &gt; 10k\n*Details:*\n • *service:* `orders`\n • *severity:* `warning`\n*Runbook:* <https://rb.example/lag|here>"
        (heard,) = alerts(
            webhook("alertmanager", attachments=attached(title=":fire: [FIRING:3] KafkaLag", text=text))
        )
        assert (heard.alert.title, heard.alert.service, heard.count) == ("KafkaLag", "orders", 3)
        assert heard.alert.severity is Severity.WARNING
        assert heard.alert.link is None  # a runbook is not the alert
        assert "lag > 10k" in heard.alert.description

    def test_template_without_a_state_is_plain_text_not_silence(self) -> None:
        (heard,) = alerts(
            webhook("Alertmanager", attachments=attached(title="Queue of orders grows", text="since noon"))
        )
        assert heard.alert.title == "Queue of orders grows"

    def test_fallback_only(self) -> None:
        (heard,) = alerts(
            webhook("x", attachments=attached(fallback=f"[FIRING:1] NodeGone n-3 (page) | <{self.LINK}>"))
        )
        assert (heard.alert.severity, heard.alert.link) == (Severity.CRITICAL, self.LINK)

    def test_heartbeats_never_wake_anybody(self) -> None:
        for name in ("Watchdog (none)", "DeadMansSwitch", "InfoInhibitor prod (none)"):
            assert read(self.post(f"[FIRING:1] {name}")) == [Ignored("heartbeat")]


class TestGrafana:
    # grafana/alerting templates/default_template.go and receivers/slack
    def post(self, title: str, text: str = "", **more: object) -> Message:
        link = "https://graphs.example/alerting/grafana/rule7/view?orgId=1"
        return webhook(
            "Grafana",
            attachments=attached(title=title, title_link=link, text=text, footer="Grafana v12.0.1", **more),
        )

    def test_labels_of_the_text_and_a_mixed_group(self) -> None:
        text = "**Firing**\n\nValue: B=3\nLabels:\n - alertname = Lag\n - service = orders\n - severity = critical\n"
        text += "\n**Resolved**\n\nLabels:\n - service = cart\n"
        (heard,) = alerts(self.post("[FIRING:2, RESOLVED:1] Lag Orders (critical)", text))
        assert isinstance(heard, AlertOpened)
        assert (heard.alert.source, heard.alert.service, heard.count) == ("grafana", "orders", 2)
        assert heard.alert.title == "Lag Orders (critical)"
        assert heard.alert.dedupe_key.startswith("grafana:rule7:")

    def test_resolved(self) -> None:
        opened, resolved = alerts(self.post("[FIRING:1] Lag Orders"), self.post("[RESOLVED] Lag Orders"))
        assert isinstance(resolved, AlertResolved)
        assert (resolved.count, resolved.alert.fingerprint) == (0, opened.alert.fingerprint)

    def test_legacy_dashboard_alert(self) -> None:
        alerting, fine = (
            webhook("Grafana", attachments=attached(title=f"[{s}] CPU of web")) for s in ("Alerting", "OK")
        )
        opened, resolved = alerts(alerting, fine)
        assert (opened.alert.title, type(resolved)) == ("CPU of web", AlertResolved)

    def test_test_notification_and_report(self) -> None:
        test = self.post("[FIRING:1] TestAlert Grafana", "Labels:\n - alertname = TestAlert")
        assert read(test) == [Ignored("test notification")]
        assert read(webhook("Grafana", "Your report *Weekly latency* is ready")) == [Ignored("no alert")]


class TestPagerDuty:
    # support.pagerduty.com "Slack integration guide": a card that is edited; layout reconstructed
    def post(self, state: str, *cells: str) -> Message:
        link = "https://corp.pagerduty.com/incidents/P7XYZ"
        blocks = [section(f"*{state}* | <{link}|*#77 db replication behind*>"), section("", *cells)]
        return app(
            "PagerDuty", f"{state} <{link}|#77>: db replication behind", attachments=attached(blocks=blocks)
        )

    CELLS = (
        "*Service:*\n<https://corp.pagerduty.com/services/P1|orders-db>",
        "*Urgency:*\nHigh",
        "*Priority:*\nP1",
    )

    def test_card_edited_until_resolved(self) -> None:
        cards = [self.post(state, *self.CELLS) for state in ("Triggered", "Acknowledged", "Resolved")]
        opened, taken, resolved = alerts(cards[0], edit(cards[1], cards[0]), edit(cards[2], cards[1]))
        assert [type(each) for each in (opened, taken, resolved)] == [
            AlertOpened,
            AlertAcknowledged,
            AlertResolved,
        ]
        assert {each.alert.dedupe_key for each in (opened, taken, resolved)} == {"pagerduty:P7XYZ"}
        assert (opened.alert.title, opened.alert.service) == ("db replication behind", "orders-db")
        assert opened.alert.severity is Severity.CRITICAL
        assert opened.alert.link == "https://corp.pagerduty.com/incidents/P7XYZ"

    def test_urgency_speaks_when_there_is_no_priority(self) -> None:
        (heard,) = alerts(self.post("Triggered", "*Urgency:*\nLow"))
        assert heard.alert.severity is Severity.LOW

    def test_unfurl_edit_changes_nothing(self) -> None:
        card = self.post("Triggered", *self.CELLS)
        unfurled = {
            **card,
            "attachments": [*card["attachments"], {"from_url": "https://x.example", "title": "[RESOLVED] y"}],
        }
        assert read(card, edit(unfurled, card))[1] == Ignored("an edit that changes nothing we read")

    def test_schedules_and_notes_are_talk(self) -> None:
        note = "Ann added a note to <https://corp.pagerduty.com/incidents/P7XYZ|#77>: looking"
        assert (
            read(app("PagerDuty", "Ann is now on call for *Orders*"), app("PagerDuty", note))
            == [Ignored("no alert")] * 2
        )


class TestDatadog:
    # docs.datadoghq.com: $ALERT_TRANSITION, priorities P1 to P5, Slack options (tags, notified); layout reconstructed
    def post(self, title: str, **more: object) -> Message:
        link = "https://app.datadoghq.eu/monitors/55?group=service%3Aorders"
        return app("Datadog", attachments=attached(title=title, title_link=link, footer="Datadog", **more))

    def test_transitions(self) -> None:
        tags = fields(Tags="env:prod, monitor, service:orders")
        states = ("Triggered", "Re-Triggered", "Recovered")
        opened, again, resolved = alerts(
            *(self.post(f"{s}: [P2] Queue too deep", fields=tags) for s in states)
        )
        assert [type(each) for each in (opened, again, resolved)] == [
            AlertOpened,
            AlertRepeated,
            AlertResolved,
        ]
        assert (opened.alert.title, opened.alert.service) == ("Queue too deep", "orders")
        assert (opened.alert.severity, opened.alert.labels["env"]) == (Severity.HIGH, "prod")
        assert opened.alert.dedupe_key == "datadog:monitor:55:service:orders"

    def test_no_data_after_recovery_is_new_trouble(self) -> None:
        first, over, silent = alerts(
            *(self.post(f"{s}: Queue too deep") for s in ("Triggered", "Recovered", "No Data"))
        )
        assert isinstance(silent, AlertOpened)
        assert silent.alert.fingerprint == first.alert.fingerprint == over.alert.fingerprint

    def test_warn_and_mail_form(self) -> None:
        warned, bracketed = alerts(
            self.post("Warn: Queue deepens"), self.post("[P1] [Triggered on {host:web-1}] Disk full")
        )
        assert warned.alert.severity is Severity.WARNING
        assert (bracketed.alert.title, bracketed.alert.severity) == ("Disk full", Severity.CRITICAL)

    def test_housekeeping_is_talk(self) -> None:
        posts = [
            self.post("Downtime started: host:db-1"),
            self.post("Monitor modified by ann"),
            self.post("Weekly monitor report"),
        ]
        assert all(isinstance(each, Ignored) for each in read(*posts))


class TestOpsgenie:
    # title, text, fallback, colour as receivers' public test suites hold an Opsgenie payload
    def test_follow_ups_remember_the_first_post(self) -> None:
        link = "https://opsg.in/a/i/corp/9"
        new = webhook(
            "Opsgenie",
            attachments=attached(
                title="New alert: #99",
                title_link=link,
                text="Lag on orders",
                fields=fields(Priority="P1", Tags="a, b"),
            ),
        )
        taken = webhook(
            "Opsgenie", attachments=attached(text=f'Ann acknowledged alert <{link}|#99> "Lag on orders"')
        )
        closed = webhook(
            "Opsgenie", attachments=attached(text=f'Ann closed alert <{link}|#99> "Lag on orders"')
        )
        opened, acknowledged, resolved = alerts(new, taken, closed)
        assert [type(each) for each in (opened, acknowledged, resolved)] == [
            AlertOpened,
            AlertAcknowledged,
            AlertResolved,
        ]
        assert {each.alert.severity for each in (opened, acknowledged, resolved)} == {Severity.CRITICAL}
        assert {each.alert.title for each in (opened, acknowledged, resolved)} == {"Lag on orders"}
        assert {each.alert.link for each in (opened, acknowledged, resolved)} == {link}

    def test_a_note_is_talk(self) -> None:
        post = webhook(
            "Opsgenie",
            attachments=attached(text='Ann added note to alert <https://opsg.in/a/i/corp/9|#99> "Lag"'),
        )
        assert read(post) == [Ignored("no alert")]


class TestSentry:
    # getsentry/sentry src/sentry/integrations/slack/message_builder/{issues,incidents,types}.py
    def issue(self, sign: str, state: str = "Ongoing") -> Message:
        linked = f"{sign} <https://corp.sentry.io/issues/88/?project=2|*KeyError: 'sku'*>"
        project = "Project: <https://corp.sentry.io/p|orders>  Alert: <https://corp.sentry.io/a|x>  Short ID: ORDERS-7"
        told = context(f"Events: *31*   Users Affected: *4*   State: *{state}*   First Seen: *5 minutes ago*")
        return app("Sentry", "[orders] KeyError: 'sku'", blocks=[section(linked), told, context(project)])

    def test_issue_alert(self) -> None:
        (heard,) = alerts(self.issue(":red_circle:"))
        assert (heard.alert.title, heard.alert.service) == ("KeyError: 'sku'", "orders")
        assert (heard.alert.severity, heard.alert.dedupe_key) == (Severity.ERROR, "sentry:issue:88")
        assert heard.alert.labels["short_id"] == "ORDERS-7"

    def test_issue_resolved_by_an_edit(self) -> None:
        was, now = self.issue(":large_yellow_circle:"), self.issue(":white_circle:", "Resolved")
        opened, resolved = alerts(was, edit(now, was))
        assert isinstance(resolved, AlertResolved)
        assert resolved.alert.severity is opened.alert.severity is Severity.WARNING

    def test_metric_alert(self) -> None:
        link = "https://corp.sentry.io/alerts/rules/details/4/?alert=12"
        posts = [
            app("Sentry", f"<{link}|*{s}: Failing payments*>", attachments=attached(color="FA4747"))
            for s in ("Critical", "Resolved")
        ]
        opened, resolved = alerts(*posts)
        assert (opened.alert.title, opened.alert.severity, opened.alert.link) == (
            "Failing payments",
            Severity.CRITICAL,
            link,
        )
        assert isinstance(resolved, AlertResolved)
        assert resolved.alert.dedupe_key == opened.alert.dedupe_key


class TestCloudWatch:
    # terraform-aws-modules/terraform-aws-notify-slack functions/notify_slack.py; AWS Chatbot (reconstructed)
    def lambda_post(self, state: str, before: str) -> Message:
        link = "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarm:alarmFilter=ANY;name=orders-lag"
        told = {
            "Alarm Name": "`orders-lag`",
            "Old State": f"`{before}`",
            "Current State": f"`{state}`",
            "Link to Alarm": link,
        }
        cells = [{"title": name, "value": value} for name, value in told.items()]
        return webhook("aws", attachments=attached(fallback="Alarm orders-lag triggered", fields=cells))

    def test_state_comes_from_the_field_not_from_the_fallback(self) -> None:
        opened, resolved = alerts(self.lambda_post("ALARM", "OK"), self.lambda_post("OK", "ALARM"))
        assert (opened.alert.title, opened.alert.severity) == ("orders-lag", Severity.UNKNOWN)
        assert isinstance(resolved, AlertResolved)
        assert opened.alert.labels["region"] == "eu-west-1"

    def test_chatbot(self) -> None:
        link = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/orders-lag"
        posts = [
            app(
                "Amazon Q",
                attachments=attached(
                    title=f"{sign} CloudWatch Alarm | orders-lag | eu-west-1 | Account: 123456789012",
                    title_link=link,
                    color=c,
                ),
            )
            for sign, c in ((":rotating_light:", "d13212"), (":white_check_mark:", "1d8102"))
        ]
        opened, resolved = alerts(*posts)
        assert (opened.alert.title, opened.alert.link) == ("orders-lag", link)
        assert opened.alert.dedupe_key == "cloudwatch:123456789012:eu-west-1:orders-lag"
        assert isinstance(resolved, AlertResolved)


class TestRobusta:
    # robusta-dev/robusta src/robusta/integrations/slack/sender.py, older and newer header
    def test_finding_and_its_resolution(self) -> None:
        link = "https://platform.robusta.dev/?investigate=9"
        told = "🚨 *Alert:* Pod shop/orders-6f4c9d7b8-abcde (orders) restarts"
        rest = [section("*Source:* `prod-eu`"), section(told), buttons(Investigate=link)]
        firing = section(
            f"🔥 `Prometheus Alert Firing` 🔥 🟠 *Medium*\n<{link}|*Pod orders-6f4c9d7b8-abcde restarts*>"
        )
        over = section(
            f"✅ *Prometheus resolved* 🟠 *Medium*\n<{link}|*Pod orders-6f4c9d7b8-abcde restarts*>"
        )
        opened, resolved = alerts(
            app("Robusta", "Pod restarts", blocks=[firing, *rest]),
            app("Robusta", "[RESOLVED] Pod restarts", blocks=[over, *rest]),
        )
        assert (opened.alert.title, opened.alert.service) == ("Pod orders-6f4c9d7b8-abcde restarts", "orders")
        assert (opened.alert.severity, opened.alert.labels["cluster"]) == (Severity.MEDIUM, "prod-eu")
        assert isinstance(resolved, AlertResolved)

    def test_older_header(self) -> None:
        old = section(
            "🔥 `firing` 🔴 `high` <https://platform.robusta.dev/f?x=1|*Job shop/etl failed to complete*>"
        )
        (heard,) = alerts(app("Robusta", "Job failed", blocks=[old, section("*Source:* `prod`")]))
        assert (heard.alert.severity, heard.alert.service) == (Severity.HIGH, "")


class TestUptimeKuma:
    # louislam/uptime-kuma server/notification-providers/slack.js
    def test_blocks_and_plain_text(self) -> None:
        link = "https://kuma.corp.example/dashboard/12"
        down, up = (
            webhook(
                "Kuma",
                f"Uptime Kuma Alert\n[orders] {beat}",
                attachments=attached(
                    blocks=[
                        header("Uptime Kuma Alert"),
                        section("", f"*Message*\n[orders] {beat}"),
                        buttons(Visit_Uptime_Kuma=link),
                    ]
                ),
            )
            for beat in ("[🔴 Down] connect ECONNREFUSED", "[✅ Up] 200 - OK")
        )
        opened, resolved = alerts(down, up)
        assert (opened.alert.title, opened.alert.service, opened.alert.severity) == (
            "orders",
            "orders",
            Severity.CRITICAL,
        )
        assert (opened.alert.link, opened.alert.dedupe_key) == (link, "uptime-kuma:kuma.corp.example:12")
        assert isinstance(resolved, AlertResolved)

    def test_certificate_maintenance_and_test(self) -> None:
        expiring = webhook(
            "Kuma", "[orders][https://o.example] TLS Certificate o.example will be expired in 7 days"
        )
        maintenance, test = (
            webhook("Kuma", "[orders] [🔧 Maintenance] planned"),
            webhook("Kuma", "Slack Testing"),
        )
        warned, planned, tried = read(expiring, maintenance, test)
        assert isinstance(warned, AlertOpened)
        assert warned.alert.severity is Severity.WARNING
        assert (planned, tried) == (Ignored("no alert"), Ignored("test notification"))


class TestBetterStack:
    # betterstack.com/docs/uptime/slack: incident started, acknowledged, resolved; layout reconstructed
    def test_incident(self) -> None:
        link = "https://uptime.betterstack.com/team/1/incidents/4455"
        told = (
            ("shop.example is down", "New incident started"),
            ("shop.example is down", "Ann acknowledged the incident"),
            ("shop.example is up again", "Incident resolved"),
        )
        heard = alerts(
            *(app("Better Stack", attachments=attached(title=t, title_link=link, text=x)) for t, x in told)
        )
        assert [type(each) for each in heard] == [AlertOpened, AlertAcknowledged, AlertResolved]
        assert {each.alert.dedupe_key for each in heard} == {"better-stack:4455"}
        assert heard[0].alert.severity is Severity.CRITICAL


class TestNewRelic:
    # docs.newrelic.com notification of issues: state activated, acknowledged, closed; priority CRITICAL to LOW
    def test_issue(self) -> None:
        link = "https://radar-api.service.newrelic.com/accounts/1/issues/0ea2df1c-adab-45d2"
        cells = fields(Priority="CRITICAL", Impacted_entities="orders-api")
        opened, resolved = alerts(
            *(
                app(
                    "New Relic",
                    attachments=attached(
                        title="Orders error rate", title_link=link, text=f"Issue is {s}", fields=cells
                    ),
                )
                for s in ("activated", "closed")
            )
        )
        assert (opened.alert.severity, opened.alert.service, opened.alert.source) == (
            Severity.CRITICAL,
            "",  # an entity is a host as often as a service
            "new-relic",
        )
        assert isinstance(resolved, AlertResolved)
