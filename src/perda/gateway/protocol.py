"""uvicorn's HTTP protocol with deadlines that it lacks.

uvicorn 0.54 waits for ever for a request's headers, and keeps reading the rest of a body
that nobody wants (after a 401, say) for as long as the client cares to send it.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_DEADLINE_S = 20.0
# Long enough for a client that is sending at full speed to notice the answer.
UNWANTED_BODY_DEADLINE_S = 5.0


class DeadlineH11Protocol(H11Protocol):
    """One connection; it is closed when headers or an unwanted body take too long."""

    _deadline: asyncio.TimerHandle | None = None
    _waiting_for: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for the first headers."""
        super().connection_made(transport)
        self._set_deadline()

    def data_received(self, data: bytes) -> None:
        """Take bytes, then see what is being waited for."""
        super().data_received(data)
        self._set_deadline()

    def on_response_complete(self) -> None:
        """Finish an exchange; the client may still be sending a body."""
        super().on_response_complete()
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline with the connection."""
        self._cancel()
        super().connection_lost(exc)

    def _set_deadline(self) -> None:
        waiting_for = self._state()
        if waiting_for == self._waiting_for:
            return  # the clock keeps running: a byte now and then buys no time
        self._cancel()
        self._waiting_for = waiting_for
        seconds = _DEADLINES.get(waiting_for)
        if seconds is not None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(seconds, self._give_up)

    def _state(self) -> str:
        theirs = self.conn.their_state
        if theirs is h11.IDLE and self.timeout_keep_alive_task is None:
            return "headers"
        if theirs is h11.SEND_BODY and self.cycle is not None and self.cycle.response_complete:
            return "unwanted body"
        return "nothing"

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


_DEADLINES = {"headers": HEADER_DEADLINE_S, "unwanted body": UNWANTED_BODY_DEADLINE_S}
