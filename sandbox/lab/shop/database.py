"""The store's tables: migrations applied once each, first goods and old orders, and the queries.

Every function takes a connection and runs in a thread of its own; who may use which connection is the pool's.
"""

import random
import sqlite3
import time
from pathlib import Path
from typing import Any

CATEGORIES = ("books", "garden", "kitchen", "music", "toys")
_OLD_ORDERS = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO orders SELECT i, 1 + (i * 7919) % ?, ? - (? - i) * 60, 'sent' FROM n
"""
_OLD_LINES = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO order_lines SELECT 1 + (i * 31) % ?, 1 + (i * 17) % 200, 1 + i % 3, 100 + i % 900 FROM n
"""
SOLD_OUT_EVERY = 5  # each fifth product is sold out, as shops are


def migrate(db: sqlite3.Connection, folder: Path) -> list[str]:
    """Apply the migrations of *folder* that were not applied before, and return their names."""
    db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
    done = {name for (name,) in db.execute("SELECT name FROM migrations")}
    fresh = [each for each in sorted(folder.glob("*.sql")) if each.name not in done]
    for each in fresh:
        db.executescript(each.read_text(encoding="utf-8"))
        db.execute("INSERT INTO migrations VALUES (?)", (each.name,))
    return [each.name for each in fresh]


def stock_up(db: sqlite3.Connection, orders: int, customers: int) -> None:
    """Fill an empty shop with goods and *orders* old orders of four lines each; does nothing twice."""
    if db.execute("SELECT count(*) FROM products").fetchone()[0]:
        return
    chance = random.Random(7)
    db.execute("BEGIN")
    for number in range(1, 201):
        category = CATEGORIES[number % len(CATEGORIES)]
        stock = 0 if number % SOLD_OUT_EVERY == 0 else 1_000_000
        db.execute(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?)",
            (number, category, f"{category} {number}", chance.randint(200, 9000), stock),
        )
    db.execute(_OLD_ORDERS, (orders, customers, time.time(), orders))
    db.execute(_OLD_LINES, (orders * 4, orders))
    db.execute("COMMIT")


def products_of(db: sqlite3.Connection, category: str, most: int) -> list[dict[str, Any]]:
    """Return *most* products of a category."""
    found = db.execute(
        "SELECT id, name, cents, stock FROM products WHERE category = ? LIMIT ?", (category, most)
    )
    return [dict(zip(("id", "name", "cents", "stock"), row, strict=True)) for row in found]


def history_of(db: sqlite3.Connection, customer: int) -> list[dict[str, Any]]:
    """Return the last ten orders of a customer, with what each cost."""
    found = db.execute(
        "SELECT id, placed_at, state, (SELECT sum(quantity * cents) FROM order_lines WHERE order_id = orders.id)"
        " FROM orders WHERE customer = ? ORDER BY placed_at DESC LIMIT 10",
        (customer,),
    )
    return [dict(zip(("id", "placed_at", "state", "cents"), row, strict=True)) for row in found]


def take(db: sqlite3.Connection, product: int, quantity: int) -> bool:
    """Take so many from the shelf; False when there are not as many."""
    changed = db.execute(
        "UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?", (quantity, product, quantity)
    )
    return changed.rowcount == 1


def left_of(db: sqlite3.Connection, product: int) -> int:
    """Return how many of a product are on the shelf."""
    found = db.execute("SELECT stock FROM products WHERE id = ?", (product,)).fetchone()
    return int(found[0]) if found else 0


def save(db: sqlite3.Connection, customer: int, product: int, quantity: int) -> int:
    """Write a new order down and return its number."""
    db.execute("BEGIN IMMEDIATE")
    try:
        made = db.execute(
            "INSERT INTO orders (customer, placed_at, state) VALUES (?, ?, 'paid')", (customer, time.time())
        )
        db.execute(
            "INSERT INTO order_lines SELECT ?, id, ?, cents FROM products WHERE id = ?",
            (made.lastrowid, quantity, product),
        )
    except sqlite3.Error:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
    return int(made.lastrowid or 0)
