"""A release of users keeps something for every session check and never lets go of it."""

from sandbox.lab.fault import Deploy, Fault
from sandbox.lab.faults.innocent import LONGER_PAGE
from sandbox.lab.release import Edit, Release

_RELEASE = Release(
    "users",
    "users: personal recommendations with every session",
    "Priya Nair",
    (
        Edit(
            "shop/sessions.py",
            "        self._sessions: OrderedDict[str, Session] = OrderedDict()\n",
            "        self._sessions: OrderedDict[str, Session] = OrderedDict()\n"
            "        self._recommended: list[tuple[Session, list[str]]] = []\n",
        ),
        Edit(
            "shop/sessions.py",
            "            return None\n        return session\n",
            "            return None\n"
            "        # kept so that the next page has them at hand\n"
            "        self._recommended.append((session, recommendations_for(session)))\n"
            "        return session\n",
        ),
        Edit(
            "shop/sessions.py",
            "class SessionCache:\n",
            "LINKS = range(1500)\n\n\n"
            "def recommendations_for(session: Session) -> list[str]:\n"
            '    """Return what this customer may like, best first."""\n'
            '    return [f"/products/{session.customer * n % 200}?from=recommended&rank={n:04d}" for n in LINKS]\n'
            "\n\n"
            "class SessionCache:\n",
        ),
    ),
)
FAULT = Fault(
    name="session-leak",
    title="The session cache leaks",
    description="A release of users keeps recommendations for every session check until the memory limit kills it.",
    kind="memory leak",
    cause="The release of users appends a list of recommendations to the session cache on every check and never "
    "removes one: memory grows until the limit, users is OOM-killed, and all sessions are lost with it.",
    services=("users",),
    steps=(Deploy(0, _RELEASE, guilty=True), Deploy(6, LONGER_PAGE)),
    memory_limits={"users": 84 * 1024 * 1024},
)
