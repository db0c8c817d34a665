"""The rules of the field, pure: no I/O, no clock, no randomness; time and state are arguments."""
