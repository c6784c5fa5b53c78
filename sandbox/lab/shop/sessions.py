"""Sessions in memory: by token, until they are old or the cache is full."""

import time
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, and until when (Unix seconds)."""

    token: str
    customer: int
    name: str
    expires_at: float


class SessionCache:
    """The sessions that are open; the oldest leave when there are too many."""

    def __init__(self, ttl_s: float, most: int) -> None:
        self._ttl_s = ttl_s
        self._most = most
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, token: str, customer: int, name: str) -> Session:
        """Keep a new session and return it."""
        session = Session(token, customer, name, time.time() + self._ttl_s)
        self._sessions[token] = session
        while len(self._sessions) > self._most:
            self._sessions.popitem(last=False)
        return session

    def get(self, token: str) -> Session | None:
        """Return the session, or None when it is unknown or over."""
        session = self._sessions.get(token)
        if session is None or session.expires_at < time.time():
            self._sessions.pop(token, None)
            return None
        return session
