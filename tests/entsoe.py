"""A stand-in for the ENTSO-E transparency platform, on a loopback port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "5ecre7-70ken"
ZONE = "10YNL----------L"
_NAMESPACE = "urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"
_STAMP = "%Y%m%d%H%M"


@dataclass
class Peer:
    """What the next answers are: by default a flat price, or ``status`` and ``body``."""

    address: str = ""
    status: int = 200
    body: bytes | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, query: dict[str, str]) -> bytes:
        self.asked.append(query)
        if self.body is not None:
            return self.body
        start, end = (
            datetime.strptime(query[name], _STAMP).replace(tzinfo=UTC)
            for name in ("periodStart", "periodEnd")
        )
        return document(start, end, [50.0])


@contextmanager
def entsoe() -> Iterator[Peer]:
    """Serve until the end of the block."""
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {key: each[0] for key, each in parse_qs(urlsplit(self.path).query).items()}
            body = peer.answer(query)
            self.send_response(peer.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.address = f"http://127.0.0.1:{server.server_address[1]}/api"
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def document(
    start: datetime,
    end: datetime,
    prices: list[float | None],
    *,
    step: str = "PT60M",
    curve: str = "A03",
    unit: str = "EUR",
    auction: int | None = None,
) -> bytes:
    """Return a market document of one period; None is an omitted point."""
    return wrap(series(start, end, prices, step=step, curve=curve, unit=unit, auction=auction))


def series(
    start: datetime,
    end: datetime,
    prices: list[float | None],
    *,
    step: str = "PT60M",
    curve: str = "A03",
    unit: str = "EUR",
    auction: int | None = None,
) -> str:
    sequence = (
        "<classificationSequence_AttributeInstanceComponent.position>"
        f"{auction}</classificationSequence_AttributeInstanceComponent.position>"
        if auction
        else ""
    )
    points = "".join(
        f"<Point><position>{i}</position><price.amount>{price}</price.amount></Point>"
        for i, price in enumerate(prices, 1)
        if price is not None
    )
    return (
        f"<TimeSeries>{sequence}<currency_Unit.name>{unit}</currency_Unit.name>"
        f"<price_Measure_Unit.name>MWH</price_Measure_Unit.name><curveType>{curve}</curveType>"
        f"<Period><timeInterval><start>{_stamp(start)}</start><end>{_stamp(end)}</end>"
        f"</timeInterval><resolution>{step}</resolution>{points}</Period></TimeSeries>"
    )


def wrap(*parts: str) -> bytes:
    inside = "".join(parts)
    root = "Publication_MarketDocument"
    return f'<{root} xmlns="{_NAMESPACE}">{inside}</{root}>'.encode()


def acknowledgement(code: str) -> bytes:
    return (
        '<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:ack:7:0">'
        f"<Reason><code>{code}</code><text>told</text></Reason></Acknowledgement_MarketDocument>"
    ).encode()


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
