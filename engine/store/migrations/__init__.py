"""The history of the schema, one file per step; see `engine.store.sql.migration`."""
