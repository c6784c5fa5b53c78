"""A certificate authority of the lab's own and certificates that end at a given second, made with openssl."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CA = """
[ca]
default_ca = lab
[lab]
database = {folder}/index.txt
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
serial = {folder}/serial
default_md = sha256
policy = names
copy_extensions = none
[names]
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
subjectAltName = DNS:{service}.shop.example, IP:127.0.0.1
extendedKeyUsage = serverAuth
[req]
distinguished_name = nobody
[nobody]
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A service's certificate and key, and when it ends."""

    cert: Path
    key: Path
    not_after: datetime


def make_authority(folder: Path) -> Path:
    """Make an authority in *folder* and return its certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.txt").touch()
    (folder / "index.txt.attr").write_text("unique_subject = no\n", encoding="ascii")
    (folder / "serial").write_text("01\n", encoding="ascii")
    _config(folder, "ca")
    _openssl(
        *(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "30",
        ),
        *("-config", str(folder / "ca.cnf"), "-subj", "/CN=Shop lab authority"),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        *("-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem")),
    )
    return folder / "ca.pem"


def issue(folder: Path, service: str, not_after: datetime) -> Certificate:
    """Issue a certificate for *service* on 127.0.0.1 that began ninety days ago and ends at *not_after*."""
    config, key, cert = _config(folder, service), folder / f"{service}.key", folder / f"{service}.pem"
    _openssl(
        *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-config", str(config), "-subj", f"/CN={service}.shop.example"),
        *("-keyout", str(key), "-out", str(folder / f"{service}.csr")),
    )
    _openssl(
        *("ca", "-batch", "-notext", "-config", str(config), "-extensions", "leaf"),
        *("-startdate", _stamp(datetime.now(UTC) - timedelta(days=90)), "-enddate", _stamp(not_after)),
        *("-in", str(folder / f"{service}.csr"), "-out", str(cert)),
    )
    return Certificate(cert, key, not_after)


def _config(folder: Path, service: str) -> Path:
    config = folder / f"{service}.cnf"
    config.write_text(_CA.format(folder=folder, service=service), encoding="utf-8")
    return config


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
