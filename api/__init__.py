"""The HTTP API: what people, vendors and the console see of the engine."""
