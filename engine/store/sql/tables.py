"""Every table there is: whoever asks the metadata for them asks it here.

The migrations must end at exactly these tables.
"""

from engine.store.sql import registry_schema, schema
from engine.store.sql.columns import metadata

__all__ = ["metadata", "registry_schema", "schema"]
