"""A small Bolt app for the page's tests: it joins the sandbox over real Socket Mode and notes what reached it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

MODAL = {
    "type": "modal",
    "callback_id": "resolution",
    "title": {"type": "plain_text", "text": "Resolve the incident"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "fix",
            "label": {"type": "plain_text", "text": "Fix"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "outcome",
            "label": {"type": "plain_text", "text": "Outcome"},
            "element": {
                "type": "radio_buttons",
                "action_id": "choice",
                "options": [
                    {"text": {"type": "plain_text", "text": words}, "value": words.lower()}
                    for words in ("Worked", "Partly")
                ],
            },
        },
        {
            "type": "input",
            "block_id": "severity",
            "optional": True,
            "label": {"type": "plain_text", "text": "Severity"},
            "element": {
                "type": "static_select",
                "action_id": "level",
                "options": [
                    {"text": {"type": "plain_text", "text": words}, "value": words}
                    for words in ("SEV1", "SEV2")
                ],
            },
        },
    ],
}

HOME = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "Open cases"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*checkout* is slow"},
            "accessory": {
                "type": "button",
                "action_id": "open_case",
                "text": {"type": "plain_text", "text": "Open case"},
                "value": "case-1",
            },
        },
    ],
}


@dataclass(slots=True)
class PageApp:
    """The app's client, its connection, and what people did to it."""

    client: AsyncWebClient
    handler: AsyncSocketModeHandler
    actions: list[dict[str, Any]] = field(default_factory=list)
    submitted: list[dict[str, Any]] = field(default_factory=list)
    shortcuts: list[dict[str, Any]] = field(default_factory=list)


async def join(sandbox: Sandbox) -> PageApp:
    """Connect the app and return it."""
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    bolt = AsyncApp(name="page", client=client)
    app = PageApp(client, AsyncSocketModeHandler(bolt, sandbox.app_token))

    @bolt.command("/incident")
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(text=f"Looking at *{body['text']}*")

    @bolt.action("resolve")
    async def resolve(ack: AsyncAck, body: dict[str, Any]) -> None:
        app.actions.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.action(re.compile(".+"))
    async def other(ack: AsyncAck, body: dict[str, Any]) -> None:
        app.actions.append(body)
        await ack()

    @bolt.view("resolution")
    async def submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        if len(values["fix"]["text"]["value"]) < 10:
            await ack(response_action="errors", errors={"fix": "Say a little more."})
            return
        app.submitted.append(values)
        await ack()

    @bolt.shortcut("investigate_message")
    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        app.shortcuts.append(body)
        await ack()

    @bolt.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        await client.views_publish(user_id=event["user"], view=HOME)

    @bolt.event("message")
    async def message() -> None:
        return

    @bolt.event("reaction_added")
    async def reaction() -> None:
        return

    await app.handler.connect_async()  # type: ignore[no-untyped-call] # bolt leaves it bare
    return app


async def leave(app: PageApp) -> None:
    """Disconnect the app."""
    await app.handler.close_async()  # type: ignore[no-untyped-call] # bolt leaves it bare
