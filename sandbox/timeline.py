"""The messages of one channel in order, and the threads under them.

Pure state with cheap look-ups (a dict and sorted stamps); knows nothing of people, permissions or events.
Messages are replaced, never changed in place, so whoever holds one holds a snapshot.
"""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field

from sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list of stamps is asked for; stamps as `stamp_key` makes them."""

    oldest: str = "0000000000.000000"
    latest: str = "9999999999.999999"
    inclusive: bool = False

    def cut(self, stamps: list[str]) -> tuple[int, int]:
        """Return the half-open range of indexes in *stamps* inside the window."""
        if self.inclusive:
            return bisect_left(stamps, self.oldest), bisect_right(stamps, self.latest)
        return bisect_right(stamps, self.oldest), bisect_left(stamps, self.latest)


@dataclass(slots=True)
class Timeline:
    """One channel's messages by stamp; `top` and each thread's replies are sorted stamps."""

    messages: dict[str, JsonObject] = field(default_factory=dict)
    top: list[str] = field(default_factory=list)
    threads: dict[str, list[str]] = field(default_factory=dict)

    def add(self, message: JsonObject) -> JsonObject | None:
        """File a new message; return its thread's parent as it now is, or None at top level."""
        ts = message["ts"]
        self.messages[ts] = message
        root = message.get("thread_ts")
        if root is None or root == ts:
            insort(self.top, ts)
            return None
        insort(self.threads.setdefault(root, []), ts)
        if message.get("subtype") == "thread_broadcast":
            insort(self.top, ts)
        return self._recount(root)

    def replace(self, message: JsonObject) -> None:
        """Put a new version of a message in the place of the old one."""
        self.messages[message["ts"]] = message

    def remove(self, ts: str) -> JsonObject | None:
        """Take a message out; return the parent as it now is when it was a reply."""
        gone = self.messages.pop(ts)
        _discard(self.top, ts)
        root = gone.get("thread_ts")
        if root is None or root == ts:
            return None
        _discard(self.threads[root], ts)
        return self._recount(root)

    def replies(self, root: str) -> list[str]:
        """Return the stamps of a thread's replies, oldest first."""
        return self.threads.get(root, [])

    def _recount(self, root: str) -> JsonObject | None:
        parent = self.messages.get(root)
        if parent is None:
            return None
        replies = self.threads[root]
        counted = {key: value for key, value in parent.items() if key not in _THREAD_FIELDS}
        if replies:
            last = self.messages[replies[-1]]
            users = [*parent.get("reply_users", ())]
            author = last.get("user") or last.get("bot_id")
            if author and author not in users:
                users = [*users, author]
            counted |= {
                "thread_ts": root,
                "reply_count": len(replies),
                "reply_users": users,
                "reply_users_count": len(users),
                "latest_reply": replies[-1],
            }
        self.messages[root] = counted
        return counted


_THREAD_FIELDS = frozenset({"thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"})


def _discard(stamps: list[str], ts: str) -> None:
    at = bisect_left(stamps, ts)
    if at < len(stamps) and stamps[at] == ts:
        del stamps[at]
