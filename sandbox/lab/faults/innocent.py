"""Releases that do no harm, for faults to hide behind."""

from sandbox.lab.release import Edit, Release

LONGER_PAGE = Release(
    "gateway",
    "gateway: show twelve products on a page",
    "Ines Abel",
    (Edit("config/gateway.toml", "products = 10", "products = 12"),),
)
WARMER_WORDS = Release(
    "users",
    "users: friendlier words when a session is over",
    "Priya Nair",
    (Edit("shop/users.py", "session unknown or over", "please log in again"),),
)
SHELF_WORDS = Release(
    "reports",
    "reports: say how many garden things are on the shelf",
    "Jonas Weil",
    (
        Edit("shop/reports.py", "/products?category=books", "/products?category=garden"),
        Edit("shop/reports.py", "{len(found)} books", "{len(found)} garden things"),
    ),
)
