"""Redis's errors as ours, from one table. Knows no adapters."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions

from monitor.core.errors import StoreError, StoreUnavailableError

# A person has to mend these; the library calls some of them connection errors, so they are asked for first.
_LASTING = (exceptions.AuthenticationError, exceptions.AuthorizationError, exceptions.NoPermissionError)
# Trying again later can help: the server is away, starting, full, changing its role or busy.
_PASSING = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
)
# The same, where the library has no class: the first word of the answer. Source: Redis documentation and server.c.
_PASSING_ANSWERS = frozenset({"MISCONF", "BUSY", "NOREPLICAS"})
# Of TLS only this passes: the other side went away in the middle. Certificates and keys stay as wrong as they are.
_PASSING_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError)


def translated(error: exceptions.RedisError, address: str) -> StoreError:
    """The error of ours for one of the library's."""
    text = f"cannot use Redis at {address}: {error}"
    if isinstance(_tls_error(error), ssl.SSLEOFError):
        # With TLS 1.3 its refusal comes behind the handshake, and may be overtaken by the end of the connection.
        text += " (the server went away, or wants a client certificate that it trusts)"
    return StoreUnavailableError(text) if _is_passing(error) else StoreError(text)


@contextmanager
def translating(address: str) -> Iterator[None]:
    """Let Redis's errors leave the block as ours."""
    try:
        yield
    except exceptions.RedisError as error:
        raise translated(error, address) from error


def _is_passing(error: exceptions.RedisError) -> bool:
    if isinstance(error, _LASTING):
        return False
    cause = _tls_error(error)
    if cause is not None and not isinstance(cause, _PASSING_TLS):
        return False  # one side does not trust the other
    return isinstance(error, _PASSING) or str(error).partition(" ")[0] in _PASSING_ANSWERS


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    """What TLS said, where that is the cause; the library calls it a connection error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause
