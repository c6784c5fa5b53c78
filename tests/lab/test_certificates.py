import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.lab.certificates import Certificate, issue, make_authority


def shake_hands(authority: Path, certificate: Certificate) -> Mapping[str, object] | None:
    """Do a TLS handshake in memory, as checkout does with payments."""
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate.cert, certificate.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = served.wrap_bio(to_server, to_client, server_side=True)
    client = ssl.create_default_context(cafile=authority).wrap_bio(
        to_client, to_server, server_hostname="127.0.0.1"
    )
    for _ in range(6):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.getpeercert()


def test_a_certificate_ends_at_its_second(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "ca")
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3600)
    told = shake_hands(authority, issue(tmp_path / "ca", "payments", ends))
    assert told is not None
    assert ssl.cert_time_to_seconds(str(told["notAfter"])) == ends.timestamp()
    ended = issue(tmp_path / "ca", "payments", datetime.now(UTC) - timedelta(seconds=2))
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        shake_hands(authority, ended)
