"""Who we are in a workspace, asked of Slack once; everything else answers from what was told then."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_token_skipped
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.inbox import Me


class CannotJoin(Exception):
    """Slack does not let us in; the message says what to do."""


async def who_am_i(client: AsyncWebClient) -> tuple[Me, str, str]:
    """Return ourselves, the team's id and the workspace's address.

    Raises:
        CannotJoin: the token is refused, or Slack cannot be reached.
    """
    try:
        told = await client.auth_test()
    except SlackApiError as error:
        why = error.response.get("error", error)
        msg = f"Slack refuses SLACK_BOT_TOKEN ({why}). Reinstall the app or copy the token again."
        raise CannotJoin(msg) from error
    except OSError as error:
        msg = f"Slack cannot be reached ({error}). Nothing is lost; start again when it is back."
        raise CannotJoin(msg) from error
    me = Me(str(told["user_id"]), str(told["bot_id"]))
    return me, str(told["team_id"]), str(told.get("url") or "https://slack.com/")


def permalink(home: str, channel: str, ts: str) -> str:
    """Return the address of a message in the workspace at *home*."""
    return f"{home.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def bolt_app(client: AsyncWebClient, me: Me, team: str) -> AsyncApp:
    """Return Bolt's app, who knows who we are: it would ask Slack for every event of a first burst."""
    known = AuthorizeResult(
        enterprise_id=None,
        team_id=team,
        bot_user_id=me.user_id,
        bot_id=me.bot_id,
        bot_token=str(client.token),
    )

    async def authorize(**_: object) -> AuthorizeResult:
        return known

    # It warns that the client's token is not asked for, as if something were set wrongly.
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_no_word_of_the_token)
    return AsyncApp(
        name="incidentos", client=client, authorize=authorize
    )  # unnamed, it reads the whole stack


def _is_no_word_of_the_token(line: logging.LogRecord) -> bool:
    return line.msg != warning_token_skipped()
