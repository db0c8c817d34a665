"""The engine: telemetry in, alerts out. The rules are in `core`; all around it is a thin shell."""
