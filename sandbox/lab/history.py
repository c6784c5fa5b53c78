"""What had been released before trouble came: harmless changes over the past days, as every shop has them."""

import random
from datetime import timedelta

from sandbox.lab.release import Edit, Release
from sandbox.lab.repository import Past

_RELEASES = (
    Release(
        "store",
        "store: wait a little longer for a busy database",
        "Jonas Weil",
        (Edit("config/store.toml", "busy_timeout_ms = 1200", "busy_timeout_ms = 1500"),),
    ),
    Release(
        "users",
        "users: keep sessions for half an hour",
        "Priya Nair",
        (Edit("config/users.toml", "ttl_s = 900", "ttl_s = 1800"),),
    ),
    Release(
        "checkout",
        "checkout: say in the log whose order is complete",
        "Tomás Rivera",
        (
            Edit(
                "shop/checkout.py",
                "of customer {order['customer']} complete",
                "of customer {order['customer']} is complete",
            ),
        ),
    ),
    Release(
        "payments",
        "payments: five more characters in receipts",
        "Mira Okafor",
        (Edit("shop/payments.py", "secrets.token_hex(6)", "secrets.token_hex(8)"),),
    ),
    Release(
        "reports",
        "reports: look at the shelf every five seconds",
        "Jonas Weil",
        (Edit("config/reports.toml", "every_s = 4", "every_s = 5"),),
    ),
    Release(
        "gateway",
        "gateway: ask for the category of the day first",
        "Ines Abel",
        (
            Edit(
                "shop/gateway.py",
                'request.query.get("category", "books")',
                'request.query.get("category", "garden")',
            ),
        ),
    ),
)
_DAYS_AGO = (8.2, 6.1, 4.9, 2.2, 1.1, 0.35)


def past_releases(chance: random.Random) -> tuple[Past, ...]:
    """Return the past, oldest first; *chance* moves each by some hours."""
    ago = [timedelta(days=days * chance.uniform(0.85, 1.1)) for days in _DAYS_AGO]
    return tuple(Past(each, release) for each, release in zip(ago, _RELEASES, strict=True))
