"""Certificates for listeners that tests start: an authority of their own, servers and clients that it vouches for.

Everything is PEM in files, as servers, clients and our settings want it. Knows no server in particular.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, in files.

    Attributes:
        certificate_file: The certificate, and those between it and the authority's own.
        key_file: Its private key, in PKCS #8 and without a password.
        both_file: The key, then the certificates: what Kafka calls a key store of type PEM.
    """

    certificate_file: Path
    key_file: Path
    both_file: Path


class Authority:
    """Vouches for names; two of them do not know one another.

    Attributes:
        ca_file: Its own certificate: who trusts this trusts all that it issued.
    """

    def __init__(self, folder: Path, *, name: str = "authority") -> None:
        """Make its key; everything is written to `folder`, in files that start with `name`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = name
        self._authority = trustme.CA()
        self.ca_file = folder / f"{name}-ca.pem"
        self._authority.cert_pem.write_to_path(self.ca_file)

    def server(self, host: str = LOOPBACK) -> Certificate:
        """For a server that clients reach as `host`: a name or an address."""
        return self._write(f"server-{host}", self._authority.issue_cert(host))

    def client(self, name: str = "client") -> Certificate:
        """For a client that servers know as `CN=name`; a name without blanks."""
        return self._write(f"client-{name}", self._authority.issue_cert(name, common_name=name))

    def _write(self, name: str, issued: trustme.LeafCert) -> Certificate:
        files = Certificate(*(self._folder / f"{self._name}-{name}-{part}.pem" for part in ("chain", "key", "both")))
        chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
        key = _as_pkcs8(issued.private_key_pem.bytes())
        files.certificate_file.write_bytes(chain)
        files.key_file.write_bytes(key)
        files.both_file.write_bytes(key + chain)
        return files


def _as_pkcs8(key: bytes) -> bytes:
    """The form that every reader knows: Java reads no other."""
    loaded = load_pem_private_key(key, password=None)
    return loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
