"""What a scenario is to the sandbox: something with a name that can be fired. Knows none of them."""

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from sandbox.server import Sandbox

ScenarioKind = Literal["recorded", "live", "alert"]


class Scenario(Protocol):
    """Something that can be fired from the page or by a test.

    `why_not` says in one sentence why it cannot be fired now, or is None. `fire` returns when it is over; an
    exception is shown on the page as its failure. Steps are told with `sandbox.tell(name, text)`.
    """

    @property
    def name(self) -> str:
        """The name by which it is fired."""

    @property
    def title(self) -> str:
        """A short title for the list."""

    @property
    def description(self) -> str:
        """One sentence on what happens."""

    @property
    def kind(self) -> ScenarioKind:
        """Whether it plays a recording, makes real trouble, or only posts an alert."""

    @property
    def why_not(self) -> str | None:
        """Why it cannot be fired now; None when it can."""

    async def fire(self, sandbox: "Sandbox") -> None:
        """Make it happen."""
