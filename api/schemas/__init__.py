"""The wire: what requests and responses look like, apart from the core types."""
