"""A real broker with a listener for each way to be reached securely, and for the ways that go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.certificates import Authority, Certificate
from tests.support.kafka_server import KafkaServer, Listener

USER, PASSWORD = "desk", "correct-horse-battery"


def secure_server(folder: Path, authority: Authority) -> KafkaServer:
    """Not started yet; its user has the name and the password above.

    Its listeners: `TLS`, which asks for a client's certificate; `SASL_TLS`; `SASL`, which knows one mechanism and has
    users prove anew all the time who they are; `ELSEWHERE`, whose certificate is another host's. And the plain one,
    where anybody may do all.
    """
    here, elsewhere = authority.server(), authority.server("elsewhere.example")
    return KafkaServer(
        folder,
        listeners=[
            Listener("TLS", "SSL", {**_keys(here), **_trust(authority), "ssl.client.auth": "required"}),
            Listener("SASL_TLS", "SASL_SSL", {**_keys(here), **_mechanisms()}),
            Listener(
                "SASL",
                "SASL_PLAINTEXT",
                {**_mechanisms(), "sasl.enabled.mechanisms": "SCRAM-SHA-512", "connections.max.reauth.ms": "2000"},
            ),
            Listener("ELSEWHERE", "SSL", _keys(elsewhere)),
        ],
        users={USER: PASSWORD},
    )


def _keys(certificate: Certificate) -> Mapping[str, str]:
    return {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(certificate.both_file)}


def _trust(authority: Authority) -> Mapping[str, str]:
    return {"ssl.truststore.type": "PEM", "ssl.truststore.location": str(authority.ca_file)}


def _mechanisms() -> Mapping[str, str]:
    package = "org.apache.kafka.common.security"
    scram = f"{package}.scram.ScramLoginModule required;"
    return {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "plain.sasl.jaas.config": f'{package}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
        "scram-sha-256.sasl.jaas.config": scram,
        "scram-sha-512.sasl.jaas.config": scram,
    }
