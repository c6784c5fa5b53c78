"""`import slack:CHANNEL` against the sandbox's Slack: told first, stored with --yes, refused with a way out."""

from sandbox.server import Sandbox
from tests.bot.cli.slack_thread import sandbox_aside
from tests.bot.cli.terminal import Run
from tests.bot.office import ALERTS, alert_post


def two_incidents(sandbox: Sandbox) -> None:
    for number in range(2):
        root = sandbox.post_webhook(alert_post(f"[FIRING:1] HighErrorRate shop-{number} (critical)"))["ts"]
        sandbox.post_as("U0002", ALERTS, f"root cause: pool of shop-{number} ran dry", thread_ts=root)
        sandbox.post_as("U0002", ALERTS, "raised the limit to 40, all green", thread_ts=root)
    open_one = sandbox.post_webhook(alert_post("[FIRING:1] QueueBacklog mail (warning)"))["ts"]
    sandbox.post_as("U0003", ALERTS, "looking at it", thread_ts=open_one)


def test_a_channel_is_told_first_and_stored_when_asked(run: Run) -> None:
    with sandbox_aside(two_incidents) as slack:
        dry = run("import", f"slack:{ALERTS}", **slack)
        assert dry.code == 0, dry.err
        assert dry.out.startswith("3 read, 2 would be stored, 0 unchanged, 1 left out.")
        assert "understood: slack:C0001:" in dry.out
        assert "nobody says in it that it is over" in dry.out
        assert dry.out.rstrip().endswith("the same with --yes stores it.")
        first = run("import", "--slack", f"#{'alerts'}", "--yes", "--json", **slack).json
        again = run("import", f"slack:{ALERTS}", "--yes", "--json", **slack).json
        assert (first["stored"], again["stored"], again["unchanged"]) == (2, 0, 2)
        known = run("report", "--workspace", "T0001", "--json", **slack).json
        assert known["incidents"] == 2


def test_what_cannot_be_read_is_refused_with_the_way_out(run: Run) -> None:
    assert "SLACK_BOT_TOKEN is not set" in run("import", "slack:C0001").line
    with sandbox_aside(two_incidents) as slack:
        told = run("import", "slack:C0999", **slack)
        assert told.code == 1 and "Nothing was stored" in told.line
        assert "no channel #nowhere" in run("import", "slack:nowhere", **slack).line
    assert "Name a file" in run("import").line
