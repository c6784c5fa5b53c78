"""A local Slack workspace with a page, and a lab of real faults. Not part of the product."""
