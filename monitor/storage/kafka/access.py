"""How a cluster lets us in: encryption, certificates, a user. Opens no connection."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from monitor.core.errors import StoreError

Security = Literal["plaintext", "tls", "sasl_plaintext", "sasl_tls"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

_PROTOCOLS: dict[Security, str] = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl_plaintext": "SASL_PLAINTEXT",
    "sasl_tls": "SASL_SSL",
}


@dataclass(frozen=True)
class KafkaAccess:
    """What we show to a cluster, and what it must show to us.

    With TLS the cluster's certificate is always verified, and that it is for the host that we asked for.

    Attributes:
        username: With `sasl_...` only, as `password`, which stays out of `repr`.
        ca_file: Who vouches for the cluster; None: whom this machine trusts.
        certificate_file: Ours, for a cluster that asks for one; with `key_file`.
    """

    security: Security = "plaintext"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def arguments(self) -> dict[str, object]:
        """What kafka-python's clients are given.

        Raises:
            StoreError: A file cannot be used.
        """
        arguments: dict[str, object] = {"security_protocol": _PROTOCOLS[self.security]}
        if self.security in ("tls", "sasl_tls"):
            arguments |= self._tls()
        if self.security in ("sasl_plaintext", "sasl_tls"):
            arguments |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return arguments

    def _tls(self) -> dict[str, object]:
        """The files by name: the library reads them anew for each connection, so they may be renewed in place.

        They are read here too, since of a file that it cannot read the library only says that its time is over.
        """
        _check_authority(self.ca_file)
        _check_certificate(self.certificate_file, self.key_file)
        return {
            "ssl_check_hostname": True,  # its context verifies the certificate in any case
            "ssl_cafile": _text(self.ca_file),
            "ssl_certfile": _text(self.certificate_file),
            "ssl_keyfile": _text(self.key_file),
        }


def _check_authority(path: Path | None) -> None:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # what is wrong inside a file is one too
        raise StoreError(f"cannot use Kafka's ca_file: {path}: {_cause(error)}") from error


def _check_certificate(certificate: Path | None, key: Path | None) -> None:
    if certificate is None:
        return
    try:
        # With a password to ask for, it would ask for it on the terminal.
        ssl.create_default_context().load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:
        raise StoreError(
            f"cannot use Kafka's certificate_file and key_file: {certificate}, {key}: {_cause(error)}"
        ) from error


def _cause(error: OSError) -> str:
    """Files that are there and hold something else give errors of OpenSSL, which name its sources."""
    if isinstance(error, ssl.SSLError):
        return f"not what it should be, in PEM ({(error.reason or 'unreadable').lower().replace('_', ' ')})"
    return error.strerror or str(error)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
