"""A broker is named by one URL: mqtt://user:password@host:port or mqtts://… for TLS.

`?client_id=…` at the end sets the client identifier, which names the persistent session. User and
password are percent-encoded where they hold reserved characters. Shown to people, the password is
left out.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

DEFAULT_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_EXAMPLE: Final = "write it as mqtt://user:password@host:1883 or mqtts://user:password@host:8883"


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker listens and who we are to it. `client_id` empty: none is given."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    client_id: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the address a URL names.

        Raises:
            ValueError: not a broker's URL; the message leaves the password out.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ValueError(f"the broker's URL cannot be read ({error}): {_EXAMPLE}") from None
        if parts.scheme not in DEFAULT_PORTS:
            raise ValueError(f"the broker's URL has the scheme {parts.scheme!r}: {_EXAMPLE}")
        if not parts.hostname:
            raise ValueError(f"the broker's URL names no host: {_EXAMPLE}")
        if parts.path.strip("/"):
            raise ValueError(f"the broker's URL has a path, {parts.path!r}: leave it out")
        query = parse_qs(parts.query, keep_blank_values=True)
        if unknown := query.keys() - {"client_id"}:
            raise ValueError(
                f"the broker's URL has the parameter {min(unknown)!r}: only client_id is known"
            )
        return cls(
            host=parts.hostname,
            port=port or DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            client_id=query.get("client_id", [""])[-1],
        )

    def __str__(self) -> str:
        """Return the URL without the password and the client identifier."""
        scheme = "mqtts" if self.tls else "mqtt"
        user = f"{self.username}@" if self.username else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{user}{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files for TLS. Without `ca_file` the system's certificate authorities are trusted."""

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return a client context that checks the broker's certificate and name.

        Raises:
            ValueError: a file cannot be used; names it.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise ValueError(f"the CA file {self.ca_file} cannot be used: {error}") from error
        if self.certificate_file is not None:
            try:
                context.load_cert_chain(self.certificate_file, self.key_file)
            except OSError as error:
                raise ValueError(
                    f"the client certificate {self.certificate_file} with the key "
                    f"{self.key_file} cannot be used: {error}"
                ) from error
        return context


@dataclass(frozen=True, slots=True)
class BrokerLogin:
    """Where to connect, as whom, and under which session's name; `tls` is None without TLS."""

    address: BrokerAddress
    client_id: str
    tls: ssl.SSLContext | None = None
