"""Proof: the same evidence gives the same decision, and anyone can check it."""
