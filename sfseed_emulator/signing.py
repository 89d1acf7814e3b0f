"""Keys and certificates, by `cryptography`: RSA signatures of JWTs, and a CA with a server certificate for this machine."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder

_YEARS = timedelta(days=825)


def verifies(public_pem: str, signed: str, signature: str) -> bool:
    """Whether a base64url signature (RS256) of a text was made with the key's private half."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(public_pem.encode("ascii"))
    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(raw, signed.encode("utf-8"), padding.PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def public_half(private_pem: str) -> str:
    """Return the public key (PEM) of a private RSA key."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(private_pem.encode("ascii"), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the key is no RSA key")  # noqa: TRY004 - its value is wrong, whatever its type
    return _public_pem(key)


def _public_pem(key: rsa.RSAPrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def new_rsa_key() -> str:
    """Return a new private RSA key (PEM)."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return _private_pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def _private_pem(key: rsa.RSAPrivateKey | EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """PEM texts: the certificate of the authority to be trusted, the server's chain and the server's private key."""

    authority: str
    chain: str
    private_key: str

    def __repr__(self) -> str:
        return "ServerCertificate()"


def certificate_for_this_machine(now: datetime | None = None) -> ServerCertificate:
    """Make an authority, and signed by it a certificate for 127.0.0.1 and localhost; the authority's key is forgotten."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    begin = (now or datetime.now(UTC)) - timedelta(days=1)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sfseed emulator authority")])
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _begun(begin)
        .subject_name(name)
        .issuer_name(name)
        .public_key(authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, SHA256())
    )
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        _begun(begin)
        .subject_name(own)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority_key, SHA256())
    )
    return ServerCertificate(_pem(authority), _pem(server) + _pem(authority), _private_pem(key))


def _begun(begin: datetime) -> CertificateBuilder:
    from cryptography import x509

    serial = x509.random_serial_number()
    return x509.CertificateBuilder().serial_number(serial).not_valid_before(begin).not_valid_after(begin + _YEARS)


def _usage(*, authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode("ascii")
