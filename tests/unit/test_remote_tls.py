"""A remote model over real TLS: certificates are checked for the name, faults and delays seen."""

import contextlib
import datetime
import http.server
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from forecasting import interpret
from forecasting.forecasters import remote
from forecasting.forecasters.base import Sample
from forecasting.forecasters.remote import Remote, RemoteFailed
from tenants import outbound

HOST = "models.example"
SECRET = "a secret of twenty-four letters or more"
QUANTILES = np.array([0.1, 0.5, 0.9])
HOURS = np.datetime64("2026-03-01", "s") + np.arange(72) * np.timedelta64(3600, "s")
FUTURE = HOURS[48:]


class Authority:
    """Signs certificates for the length of a test."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named("an authority of the test")
        self.certificate = self._signed(self.name, self.key, [_rule(ca=True), _usage(ca=True)])

    def context_for(self, folder: Path, *, host: str, days: int = 1) -> ssl.SSLContext:
        """Return what a server for ``host`` needs; days below 0 for one that has ended."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(host))]
        except ValueError:
            names = [x509.DNSName(host)]
        made = self._signed(
            _named(host),
            key,
            [_rule(ca=False), _usage(ca=False), x509.SubjectAlternativeName(names)],
            days,
        )
        file = folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def trusted(self) -> ssl.SSLContext:
        """Return a client's context that checks names, and trusts this authority alone."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        rules: list[x509.ExtensionType],
        days: int = 1,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=3))
        builder = builder.not_valid_after(now + datetime.timedelta(days=days))
        # Python 3.13 asks of certificates what RFC 5280 does.
        rules = [
            *rules,
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
        ]
        for rule in rules:
            critical = isinstance(rule, x509.BasicConstraints | x509.KeyUsage)
            builder = builder.add_extension(rule, critical=critical)
        return builder.sign(self.key, hashes.SHA256())


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _rule(*, ca: bool) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=ca, path_length=None)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


class Peer:
    """An https server on this machine; ``answers`` says what each request gets, in turn."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Callable[[http.server.BaseHTTPRequestHandler, bytes], None]] = []
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                peer.asked.append((dict(self.headers), body))
                peer.answers[min(len(peer.asked), len(peer.answers)) - 1](self, body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # What a client that refuses the certificate does is no news.
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://{HOST}:{self.server.server_port}/ask"


def level(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    asked = json.loads(body)
    row = [7.0] * len(asked["future"]["times"])
    answer = json.dumps({"quantiles": [row for _ in asked["probabilities"]]}).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    handler.wfile.write(answer)


def broken(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
    handler.send_response(503)
    handler.end_headers()


def slow(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
    with contextlib.suppress(OSError):  # until the client has had enough
        handler.rfile.read(1)
    handler.close_connection = True


Serve = Callable[..., Peer]


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def serve(authority: Authority, tmp_path: Path) -> Iterator[Serve]:
    peers: list[Peer] = []

    def start(*, host: str = HOST, days: int = 1, by: Authority = authority) -> Peer:
        peer = Peer(by.context_for(tmp_path, host=host, days=days))
        threading.Thread(target=peer.server.serve_forever, args=(0.01,), daemon=True).start()
        peers.append(peer)
        return peer

    yield start
    for peer in peers:
        peer.server.shutdown()
        peer.server.server_close()


@pytest.fixture
def ask(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Callable[[Peer], Remote]:
    """Return a forecaster that asks the peer; this machine alone counts as public here."""
    monkeypatch.setattr(outbound, "_is_public", lambda address: address == "127.0.0.1")

    def asking(peer: Peer) -> Remote:
        return Remote(
            url=peer.url,
            secret=SECRET,
            http=httpx.Client(verify=authority.trusted(), trust_env=False),
            resolving=lambda host, port: ["127.0.0.1"],
            pause=lambda _: None,
        )

    return asking


def history() -> Sample:
    return Sample(HOURS[:48], np.tile(np.arange(24.0), 2), np.empty((48, 0)))


def answered(model: Remote) -> Any:
    return model.fit(history(), 24).predict(FUTURE, np.empty((24, 0)), QUANTILES)


def test_a_peer_whose_certificate_is_right_is_believed(
    serve: Serve, ask: Callable[[Peer], Remote]
) -> None:
    peer = serve()
    peer.answers = [level]

    assert (answered(ask(peer)) == np.full((3, 24), 7.0)).all()

    [(headers, body)] = peer.asked
    assert headers["Host"] == peer.url.split("/")[2], "the name, though the address was called"
    at = int(headers["webhook-timestamp"])
    expected = outbound.signature(SECRET, headers["webhook-id"], at, body)
    assert headers["webhook-signature"] == expected
    assert abs(time.time() - at) < 60


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"host": "other.example"}, id="for another name"),
        pytest.param({"host": "127.0.0.1"}, id="for the address alone"),
        pytest.param({"days": -1}, id="ended"),
        pytest.param({"by": Authority()}, id="by an authority nobody knows"),
    ],
)
def test_a_wrong_certificate_is_refused_before_anything_is_said(
    serve: Serve, ask: Callable[[Peer], Remote], wrong: dict[str, Any]
) -> None:
    peer = serve(**wrong)
    peer.answers = [level]

    with pytest.raises(RemoteFailed, match=r"gave no answer \(ConnectError\), 3 times"):
        answered(ask(peer))

    assert peer.asked == [], "not a byte of the history"


def test_a_client_of_our_own_trusts_no_authority_of_a_test(
    serve: Serve, ask: Callable[[Peer], Remote]
) -> None:
    """The client that is made when none is given, as in the product."""
    peer = serve()
    peer.answers = [level]
    model = ask(peer)
    model.http = None

    with pytest.raises(RemoteFailed, match="ConnectError"):
        answered(model)
    assert peer.asked == []


def test_a_peer_that_fails_twice_is_asked_a_third_time_under_one_id(
    serve: Serve, ask: Callable[[Peer], Remote]
) -> None:
    peer = serve()
    peer.answers = [broken, broken, level]
    paused: list[float] = []
    model = ask(peer)
    model.pause = paused.append

    assert (answered(model) == 7.0).all()

    assert len(peer.asked) == 3
    assert len({headers["webhook-id"] for headers, _ in peer.asked}) == 1
    assert paused == [1.0, 4.0]


def test_a_peer_that_is_silent_is_given_up_in_time_and_the_baseline_stands_in(
    serve: Serve, ask: Callable[[Peer], Remote], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_SECONDS", 0.1)
    peer = serve()
    peer.answers = [slow]

    found = interpret.forecast("remote:own", history(), FUTURE, guest=ask(peer))

    assert found.forecaster == "seasonal_naive"
    assert found.fallback == "remote:own gave no answer (ReadTimeout), 3 times"
    assert len(peer.asked) == 3


def test_without_the_exception_of_this_test_this_machine_is_not_asked(
    serve: Serve, authority: Authority
) -> None:
    peer = serve()
    peer.answers = [level]
    model = Remote(
        url=peer.url,
        secret=SECRET,
        http=httpx.Client(verify=authority.trusted(), trust_env=False),
        resolving=lambda host, port: ["127.0.0.1"],
    )

    with pytest.raises(RemoteFailed, match="not on the public internet"):
        answered(model)
    assert peer.asked == []
