"""Settings come from the environment, each as `RINGFENCE_<NAME>`; nothing else configures a run."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.clock import Clock, ScaledClock, SystemClock, WaitingClock
from engine.core.episode import Severity
from engine.core.self_watch import Limits
from zones.instant import Duration, parse, seconds

EMBEDDED = "embedded"
PREFIX = "RINGFENCE_"


def unknown_settings(environment: Iterable[str]) -> list[str]:
    """Return the names in an environment that look like settings and are none."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = (name for name in environment if name.upper().startswith(PREFIX))
    tests = f"{PREFIX}TEST_"
    return sorted(n for n in given if n.upper() not in known and not n.startswith(tests))


class Settings(BaseSettings):
    """What `ringfence run` needs to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: str = Field(
        default="sqlite:///var/ringfence.db",
        description="Store: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE.",
    )
    broker_url: SecretStr = Field(
        default=SecretStr(EMBEDDED),
        description="MQTT broker: mqtt://USER:PASSWORD@HOST:PORT or mqtts://…; "
        "'embedded' starts one on this machine.",
    )
    broker_ca_file: Path | None = Field(
        default=None, description="PEM file of the authorities that mqtts:// trusts."
    )
    mqtt_version: Literal["auto", "5", "3.1.1"] = Field(
        default="auto",
        description="Version of MQTT spoken to the broker; 'auto': 5, or 3.1.1 where 5 is refused.",
    )
    broker_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the embedded broker; 0 takes a free one."
    )
    broker_binary: str = Field(default="nats-server", description="Program of the embedded broker.")
    vendors: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Vendors that may publish to the embedded broker, with commas."
    )
    vendor_passwords_file: Path | None = Field(
        default=None,
        description="JSON object of vendor names and passwords for POST /v1/telemetry; "
        "with the embedded broker its own credentials are used.",
    )
    state_dir: Path = Field(
        default=Path("var"), description="Folder for the embedded broker's storage."
    )
    signing_key_file: Path | None = Field(
        default=None,
        description="Ed25519 private key (PEM) that signs evidence; made on first use, in the "
        "state folder unless named here.",
    )
    host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the API listens on.")
    host_names: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Further names the API answers to (a proxy's), with commas."
    )
    max_in_flight: int = Field(
        default=10_000, ge=1, description="Most messages taken from the broker and not yet stored."
    )
    watch_stalled_s: float = Field(
        default=30.0, gt=0, description="Seconds for which ingest stands still before an alert."
    )
    watch_gap_s: float = Field(
        default=15.0, gt=0, description="Shortest interval without coverage that is recorded."
    )
    watch_backlog_messages: int = Field(
        default=900, ge=1, description="Messages in hand for a minute that are a backlog."
    )
    watch_backlog_delay_s: float = Field(
        default=120.0,
        gt=0,
        description="Delay from measured to judged, of all messages for a minute, that is one too.",
    )
    watch_forecast_days: float = Field(
        default=14.0, gt=0, description="Days of room left in the store from which on it is scarce."
    )
    store_limit_gb: float = Field(
        default=0.0,
        ge=0,
        description="Gigabytes the store may take, for the forecast; 0: what its disk has left "
        "(a PostgreSQL server does not say how much that is).",
    )
    canary_interval_s: float = Field(
        default=60.0, ge=0, description="Seconds from one canary to the next; 0 for none."
    )
    canary_lost_s: float = Field(
        default=30.0, gt=0, description="Seconds after which a canary that is not out is lost."
    )
    canary_broker_url: SecretStr = Field(
        default=SecretStr(""),
        description="The canary's login at the broker, mqtt://USER:PASSWORD@HOST:PORT, vendor "
        "ringfence-canary. The embedded broker gives it one; with another broker and without this "
        "it takes the way of the HTTP intake.",
    )
    on_call: str = Field(
        default="",
        max_length=200,
        description="Whom to phone when the engine is not well, as people read it: a name, a "
        "number. The console's banner shows it.",
    )
    base_map: Literal["none", "raster", "vector", "pmtiles", "geojson"] = Field(
        default="none", description="What maps are drawn on; 'none' asks nobody for anything."
    )
    base_map_source: str = Field(
        default="",
        description="raster: URL of tiles with {z}, {x} and {y}; vector: URL of a style, or of "
        "tiles; pmtiles, geojson: a file of this machine.",
    )
    base_map_attribution: str = Field(
        default="", max_length=300, description="Whose map it is, as its licence asks to be shown."
    )
    base_map_bounds: Annotated[tuple[float, ...], NoDecode] = Field(
        default=(),
        description="west,south,east,north in degrees: what a map shows first when it has nothing "
        "else to show. Of a file it is known without.",
    )
    base_map_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Further origins (https://HOST) that a vector style loads from, with commas.",
    )
    respond_critical_s: float = Field(
        default=300.0,
        ge=0,
        description="Seconds in which a critical alert has to be acknowledged; 0: no deadline.",
    )
    respond_serious_s: float = Field(
        default=900.0, ge=0, description="The same of a serious one; none has an advisory one."
    )
    respond_system_s: float = Field(
        default=900.0, ge=0, description="The same of one about the engine itself."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="How the log is written, to standard error."
    )
    clock_speed: float = Field(
        default=1.0, gt=0, description="Seconds of engine time in a real second (simulations)."
    )
    clock_origin: str = Field(
        default="", description="RFC 3339 time the engine's clock begins at (simulations)."
    )
    clock_started: str = Field(
        default="", description="Real RFC 3339 time at which it showed that (simulations)."
    )

    clock_started_file: Path | None = Field(
        default=None,
        description="File that will hold that time: the clock stands until it is there.",
    )

    @field_validator("vendors", "host_names", "base_map_bounds", "base_map_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("clock_origin", "clock_started")
    @classmethod
    def _is_time(cls, value: str) -> str:
        if value:
            parse(value)
        return value

    def limits(self) -> Limits:
        """Return from which numbers on the engine calls itself unwell."""
        return Limits(
            stalled_after=seconds(self.watch_stalled_s),
            gap_after=seconds(self.watch_gap_s),
            backlog_messages=min(self.watch_backlog_messages, 9 * self.max_in_flight // 10 or 1),
            backlog_delay=seconds(self.watch_backlog_delay_s),
        )

    def time_allowed(self) -> dict[Severity, Duration]:
        """Return how long an alert of a severity may wait; one that is not there has no limit."""
        allowed = {
            Severity.CRITICAL: self.respond_critical_s,
            Severity.SERIOUS: self.respond_serious_s,
            Severity.SYSTEM: self.respond_system_s,
        }
        return {severity: seconds(limit_s) for severity, limit_s in allowed.items() if limit_s}

    def clock(self) -> Clock:
        """Return the clock to run by: the machine's own, unless an origin is given."""
        if not self.clock_origin:
            return SystemClock()
        origin = parse(self.clock_origin)
        if self.clock_started_file is not None:
            return WaitingClock(origin, self.clock_speed, self.clock_started_file)
        started = parse(self.clock_started) if self.clock_started else SystemClock().now()
        return ScaledClock(origin, self.clock_speed, started)
