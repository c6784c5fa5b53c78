"""What people in a thread want, in words as they come at two in the morning."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk.wants import LONGEST, About, want_of

SERVICES = ("ts-cart-service", "store", "gateway", "users")


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("catch me up", About.CATCH_UP),
        ("just joined, where do we stand?", About.CATCH_UP),
        ("tl;dr", About.CATCH_UP),
        ("have we seen this before?", About.RECALL),
        ("who fixed it last time?", About.RECALL),
        ("what changed in the last hour?", About.CHANGED),
        ("what was deployed today?", About.CHANGED),
        ("check the cart service too", About.CHECK),
        ("show me the logs of store", About.CHECK),
        ("it is not the database", About.STEER),
        ("it's not the store", About.STEER),
        ("we rolled back users ten minutes ago", About.STEER),
        ("why is the gateway slow?", About.WHY),
        ("could it be the new pool settings?", About.WHY),
        ("draft the post-mortem", About.POSTMORTEM),
    ],
)
def test_the_kind_is_read(text: str, about: About) -> None:
    assert want_of(text, SERVICES).about is about


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("check the cart service too", ("ts-cart-service",)),
        ("check Store", ("store",)),
        ("is gateway or users to blame?", ("gateway", "users")),
        ("check the billing service", ("billing",)),
        ("check everything", ()),
    ],
)
def test_services_are_found_as_people_call_them(text: str, services: tuple[str, ...]) -> None:
    assert want_of(text, SERVICES).services == services


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("what changed?", timedelta(hours=1)),
        ("what changed in the last 20 minutes", timedelta(minutes=20)),
        ("deploys of the past 3 days", timedelta(days=3)),
        ("what changed in the last week", timedelta(weeks=1)),
        ("what changed today", timedelta(days=1)),
        ("changes of the last 9999 weeks", LONGEST),
        ("changes of the last 0 minutes", timedelta(minutes=1)),
    ],
)
def test_how_far_back_is_read(text: str, span: timedelta) -> None:
    assert want_of(text, SERVICES).span == span


@given(st.text(max_size=400))
def test_any_words_mean_something_and_stay_in_bounds(text: str) -> None:
    want = want_of(text, SERVICES)
    assert want.about in About
    assert timedelta(minutes=1) <= want.span <= LONGEST
