from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509

from perda.gateway.storage._weed_certificates import make_certificates


def test_they_stay_valid_while_the_machines_clock_is_corrected():
    made = make_certificates()

    for text in (made.authority, made.certificate):
        certificate = x509.load_pem_x509_certificate(text.encode())
        assert certificate.not_valid_before_utc < datetime(2001, 1, 1, tzinfo=UTC)
        assert certificate.not_valid_after_utc > datetime(2100, 1, 1, tzinfo=UTC)
