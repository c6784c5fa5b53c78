"""The certificate of payments ends; nobody renewed it."""

from sandbox.lab.fault import Fault

FAULT = Fault(
    name="expired-certificate",
    title="A certificate expires",
    description="The TLS certificate of payments ends while the shop is open; checkout refuses to talk to it.",
    kind="certificate expired",
    cause="The TLS certificate of payments expired and was not renewed: checkout rejects every connection to it. "
    "No release is to blame.",
    services=("payments",),
    certificate_ends_s=4,
)
