"""`ringfence demo` as a user runs it: it reaches alerts by itself and leaves nothing behind."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

DEMO = (sys.executable, "-m", "engine", "demo", "--wearers", "5", "--json")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def left_behind(folder: Path, url: str) -> list[str]:
    """Return the command lines of processes that still belong to a demo."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or ())
        database = (process.info["environ"] or {}).get("RINGFENCE_DATABASE_URL", "")
        if process.pid != psutil.Process().pid and (str(folder) in words or database == url):
            found.append(words)
    return found


def test_the_demo_stops_by_itself_and_says_what_happened(tmp_path: Path) -> None:
    """After `--for` seconds the demo ends with a line of JSON, with alerts, and no process left."""
    folder, port = tmp_path / "demo", free_port()
    command = [*DEMO, "--for", "10", "--port", str(port), "--state-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said.keys() == {"positions", "rejected", "episodes", "alerts", "url"}
    assert said["url"] == f"http://127.0.0.1:{port}"
    assert min(said["positions"], said["episodes"], said["alerts"]) > 0
    assert left_behind(folder, f"sqlite:///{folder / 'ringfence.db'}") == []


def test_ctrl_c_stops_the_demo_clean(tmp_path: Path) -> None:
    """Interrupted while it runs, the demo ends with success and no process left."""
    folder, port = tmp_path / "demo", free_port()
    command = [*DEMO, "--port", str(port), "--state-dir", str(folder)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        until_an_alert(f"http://127.0.0.1:{port}", running)
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 0
    assert json.loads(printed.splitlines()[-1])["alerts"] > 0
    assert left_behind(folder, f"sqlite:///{folder / 'ringfence.db'}") == []


def until_an_alert(url: str, running: subprocess.Popen[str]) -> None:
    """Wait until the API shows an alert."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(f"{url}/v1/alerts").json()["items"]:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("no alert came")
