"""Why a cluster does not let us in. kafka-python 3.0.12 tries again until its time is over, and then says only that.

So its connections are watched: while a client looks for the cluster, a refusal that trying again does not mend ends
the search at once; later, whoever uses the client asks for it. Other failures are kept for the sentence at the end.
As `workarounds`, this touches the library's insides and is to be looked at again with every new version of it.
"""

from __future__ import annotations

import ssl
from typing import Any

from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.selector import NetworkSelector

from monitor.storage.kafka.standstill import LivelyConnections

_TRY_MS = 2000.0  # for one of several brokers, over TLS and an ocean too: some eight round trips


class RefusedError(errors.KafkaError):  # type: ignore[misc] # the library has no types
    """The cluster does not let us in, or we do not trust it; the sentence says which and names no password."""

    retriable = False

    def __str__(self) -> str:
        return str(self.args[0])  # the library puts the name of the class before it


class NotReachedError(errors.KafkaTimeoutError):  # type: ignore[misc]
    """No broker was reached in time; the sentence says what was met instead."""

    def __str__(self) -> str:
        return str(self.args[0])


class WatchedConnections(LivelyConnections):
    """The library's connections, which remember why the last ones failed.

    Attributes:
        refusal: Why a broker did not let us in or was not trusted, until a connection succeeds.
        failure: The most telling of the other causes.
    """

    def __init__(self, net: NetworkSelector, **config: Any) -> None:
        super().__init__(net, **config)
        self.refusal: str | None = None
        self.failure: str | None = None

    def get_connection(self, node_id: object, timeout_ms: float | None = None, **options: Any) -> Any:
        """As the library does; and look at how it ends.

        Raises:
            RefusedError: It was refused before, and the client still looks for the cluster.
        """
        if self.cluster.is_bootstrap(node_id):
            if self.refusal is not None:
                raise RefusedError(self.refusal)
            if timeout_ms is not None and len(self.cluster.bootstrap_brokers()) > 1:
                # It gives all of its time to the broker that it tries first, which may be the one that stands still.
                timeout_ms = min(timeout_ms, _TRY_MS)
        known = self._conns.get(node_id)
        connection = super().get_connection(node_id, timeout_ms=timeout_ms, **options)
        if connection is not known:
            connection.init_future.add_callback(self._connected)
            connection.init_future.add_errback(self._failed)
            connection.close_future.add_errback(self._failed)
        return connection

    async def _build_transport(self, node: object, timeout_at: float | None = None) -> Any:
        """As the library does; but what came along with the end of a connection is read.

        It drops it: with luck of the network the refusal of a user, who then seems to be cut off without a word.
        """
        transport = await super()._build_transport(node, timeout_at=timeout_at)
        receive = transport._sock_recv

        def receive_last_words() -> tuple[bytes, Exception | None]:
            received, error = receive()
            return received, None if received else error  # the next call finds the end again

        transport._sock_recv = receive_last_words
        return transport

    def _connected(self, _: object) -> None:
        self.refusal = None

    def _failed(self, error: Exception) -> None:
        if cause := _refusal(error, self.config):
            self.refusal = cause
        # What says nothing by itself hides nothing that was said before.
        elif cause := _failure(error):
            self.failure = cause
        else:
            self.failure = self.failure or str(error.args[0] if error.args else error)


def watched_client(**config: Any) -> KafkaNetClient:
    """The inner client of the library's clients, with connections that are watched."""
    net = NetworkSelector(**config)
    return KafkaNetClient(net=net, manager=WatchedConnections(net, **config))


def refusal_of(client: object) -> RefusedError | None:
    """Why a consumer or producer is kept out, if it is; the library does not tell."""
    inner = getattr(getattr(client, "_sender", client), "_client", None)
    connections = getattr(inner, "_manager", None)
    if isinstance(connections, WatchedConnections) and (refusal := connections.refusal) is not None:
        return RefusedError(refusal)
    return None


def raise_refusal(client: object) -> None:
    """Raise it, if there is one: a consumer that is kept out otherwise gives no records, and no reason."""
    if (refusal := refusal_of(client)) is not None:
        raise refusal


def _refusal(error: Exception, config: dict[str, Any]) -> str | None:
    """The sentence for what trying again does not mend."""
    if isinstance(error, errors.SaslAuthenticationFailedError):
        # The library puts the name of its error before what the broker said.
        said = str(error.args[0] if error.args else error).rpartition("Error: ")[2]
        return f"user {config['sasl_plain_username']} is refused: {said}"
    if isinstance(error, errors.UnsupportedSaslMechanismError):
        return f"it does not offer mechanism {config['sasl_mechanism']}"
    if isinstance(error, errors.IllegalSaslStateError):
        return "this port takes no user (kafka.security there: plaintext, tls)"
    tls = _tls_error(error)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {tls.verify_message.rstrip('.')}"
    reason = _reason(tls)
    if "alert" in reason and ("cert" in reason or "unknown ca" in reason):
        return f"it does not accept our certificate: {reason}"
    return None


def _failure(error: Exception) -> str | None:
    """The sentence for what may pass and may also come from the wrong setting."""
    if (tls := _tls_error(error)) is not None:
        return f"TLS cannot be set up ({_reason(tls)}): does this port speak TLS (kafka.security)?"
    if isinstance(error, errors.InvalidReceiveError):
        return "its answer is not Kafka's: does this port speak TLS (kafka.security)?"
    return None


def _tls_error(error: Exception) -> ssl.SSLError | None:
    """The error below: the library puts its text into one of its own, or that one around it."""
    below = (error, error.__context__, *error.args)
    return next((one for one in below if isinstance(one, ssl.SSLError)), None)


def _reason(error: ssl.SSLError | None) -> str:
    return "" if error is None else (error.reason or str(error)).lower().replace("_", " ")
