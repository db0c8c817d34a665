"""What the embedded broker raises."""


class BrokerError(Exception):
    """The embedded broker cannot run; the message says why and what to do."""
