"""Where a subscription goes on after the history was rebuilt. Knows no store."""

from __future__ import annotations

from monitor.core.stream import StreamId


def new_cursor(
    cursor: StreamId | None, *, end: StreamId, is_another_history: bool, resend: StreamId | None
) -> StreamId | None:
    """The cursor to save; None when the present one stays.

    One that is lost, or is a place in a history that is lost, goes to the end: what was published before has been
    sent, or nobody can know. One that waits for a slow receiver in a history that is whole stays.

    Args:
        cursor: The present one; None when it is lost.
        end: Of the history as it is now.
        resend: Send again what stands after that place.
    """
    wish = end if resend is None else min(resend, end)
    is_void = cursor is None or is_another_history or cursor > end
    if is_void or (resend is not None and cursor is not None and wish < cursor):
        return wish
    return None
