"""Where telemetry comes from: sources deliver in batches and are acknowledged after the commit."""
