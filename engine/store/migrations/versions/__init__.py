"""One file per revision, each with the revision it follows."""
