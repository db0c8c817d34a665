"""Files of the broker's state directory: private, and never half written."""

import os
from pathlib import Path


def private_directory(path: Path) -> Path:
    """Return the directory, made if it is missing, readable by its owner only."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once, readable by its owner only, and have it on disk on return."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def bytes_in(directory: Path) -> int:
    """Return the size of all files under a directory."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
