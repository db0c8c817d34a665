"""From core types to the wire: pure functions, one file for each kind of thing."""
