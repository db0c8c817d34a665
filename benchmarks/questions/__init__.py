"""One file a family of questions; each gives rows."""
