"""The durations by which Slack lives, in one place, so that tests may shorten them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, as Slack documents them unless said otherwise.

    `ack_timeout` None means that nobody waits for an ack. `stream_life` is what users measured, `goodbye` (between a
    disconnect frame and the close) and `ping_interval` are our choice.
    """

    ack_timeout: float | None = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger_life: float = 3.0
    stream_life: float = 300.0
    status_life: float = 120.0
    response_url_life: float = 1800.0
    ticket_life: float = 30.0
    ping_interval: float = 10.0
    goodbye: float = 1.0
