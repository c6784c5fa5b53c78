"""Read-only eyes: eight tools and the telemetry providers behind them."""
