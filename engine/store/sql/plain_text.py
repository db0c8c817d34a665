"""Words that come from a device can hold characters no database column takes: they are replaced.

Only where the payload itself is kept beside them, so nothing is lost.
"""

import re
from typing import Final

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def plain_text(text: str) -> str:
    """Return the text with NUL and lone surrogates replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)
