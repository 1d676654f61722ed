"""Slows down guessing of passwords without ever locking anyone out.

Token buckets: every try takes a token, a right password gives it back, and tokens come back
with time. There is one bucket per address and one for all addresses together. An address
that has logged in before does not need the common bucket, so that guessing from many
addresses at once does not keep the team's own people out.
"""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from perda.gateway.clock import Clock

_MAX_ADDRESSES = 10_000


@dataclass(frozen=True)
class Rate:
    """A bucket's size, and how many tokens come back per second."""

    burst: int
    per_second: float


PER_ADDRESS = Rate(burst=10, per_second=1 / 6)
TOGETHER = Rate(burst=60, per_second=1.0)


@dataclass
class _Bucket:
    tokens: float
    since: datetime


class LoginThrottle:
    """Decides whether a login may be tried now. May be used from many threads."""

    def __init__(
        self, clock: Clock, per_address: Rate = PER_ADDRESS, together: Rate = TOGETHER
    ) -> None:
        self._clock = clock
        self._per_address = per_address
        self._together = together
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._common = _Bucket(together.burst, clock())
        self._trusted: OrderedDict[str, None] = OrderedDict()

    def wait_before_try(self, address: str) -> int:
        """Take a token for a try from ``address``.

        Returns
        -------
        int
            0 if the password may be tried now; else the seconds to wait first.
        """
        address = _network_of(address)
        with self._lock:
            own = self._own_bucket(address)
            waits = [_missing_s(own, self._per_address)]
            if address not in self._trusted:
                self._refill(self._common, self._together)
                waits.append(_missing_s(self._common, self._together))
            if max(waits) > 0:
                return max(1, math.ceil(max(waits)))
            own.tokens -= 1
            if address not in self._trusted:
                self._common.tokens -= 1
            return 0

    def right_password(self, address: str) -> None:
        """Give back the token of a try that turned out right, and remember the address."""
        address = _network_of(address)
        with self._lock:
            own = self._own_bucket(address)
            own.tokens = min(own.tokens + 1, self._per_address.burst)
            if address not in self._trusted:
                self._common.tokens = min(self._common.tokens + 1, self._together.burst)
            self._trusted[address] = None
            _keep_newest(self._trusted)

    def _own_bucket(self, address: str) -> _Bucket:
        bucket = self._buckets.pop(address, None) or _Bucket(self._per_address.burst, self._clock())
        self._buckets[address] = bucket
        _keep_newest(self._buckets)
        self._refill(bucket, self._per_address)
        return bucket

    def _refill(self, bucket: _Bucket, rate: Rate) -> None:
        now = self._clock()
        elapsed = max(0.0, (now - bucket.since).total_seconds())
        bucket.tokens = min(rate.burst, bucket.tokens + elapsed * rate.per_second)
        bucket.since = now


def _missing_s(bucket: _Bucket, rate: Rate) -> float:
    return max(0.0, (1 - bucket.tokens) / rate.per_second)


def _keep_newest(entries: OrderedDict[str, _Bucket] | OrderedDict[str, None]) -> None:
    while len(entries) > _MAX_ADDRESSES:
        entries.popitem(last=False)


def _network_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, ipaddress.IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:  # a client with IPv4 of a server on "::"
        return str(parsed.ipv4_mapped)
    # One household or attacker has a whole /64 of IPv6 addresses.
    return str(ipaddress.ip_network((parsed, 64), strict=False))
