"""The wheel's build hook: builds the console and puts its files into the wheel."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface[Any]):
    """Carries `api/console/dist` in the wheel, built from what is beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build for a real wheel; an editable one is only a pointer to the source."""
        if version == "editable":
            return
        folder = Path(self.root) / "api" / "console"
        spec = importlib.util.spec_from_file_location("console_build", folder / "build.py")
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{folder / 'build.py'} cannot be loaded")
        build = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(build)
        build.build()
        build_data["force_include"][str(folder / "dist")] = "api/console/dist"
