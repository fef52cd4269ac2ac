"""ENTSO-E transparency platform: day-ahead prices of a bidding zone.

Document type A44 of the "Transparency Platform RESTful API", IEC 62325-451-3
(Publication_MarketDocument).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from integrations.connectors.base import ConnectorError, RejectedByPeer, SeriesReading
from integrations.connectors.entsoe_document import read_prices

_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
_STAMP: Final = "%Y%m%d%H%M"
_NO_DATA: Final = "999"
_MAX_BYTES: Final = 20_000_000


class EntsoeSettings(BaseModel):
    """``zone``: EIC code of the bidding zone, for example "10YNL----------L"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://web-api.tp.entsoe.eu/api")
    token: SecretStr = Field(description="Security token of the platform's account.")
    zone: str = Field(pattern=r"^[0-9A-Z-]{16}$", description="EIC code of the bidding zone.")


class EntsoeDayAhead:
    """Reads day-ahead prices; one channel, ``"price"``."""

    settings_type = EntsoeSettings

    def __init__(self, settings: EntsoeSettings, http: httpx.Client) -> None:
        self._settings = settings
        self._http = http

    def check(self, now: datetime) -> None:
        for _ in self.read(now - timedelta(days=1), now):
            pass

    def read(self, start: datetime, end: datetime) -> Iterator[SeriesReading]:
        """Yield the prices that overlap [start, end): whole local days, as the peer answers."""
        root = self._answer(start, end)
        if root is not None:
            yield from read_prices(root)

    def _answer(self, start: datetime, end: datetime) -> Element | None:
        """Return the document; None where the peer has no data."""
        query = {
            "securityToken": self._settings.token.get_secret_value(),
            "documentType": "A44",
            # Day-ahead alone: intraday auctions would come too.
            "contract_MarketAgreement.type": "A01",
            "in_Domain": self._settings.zone,
            "out_Domain": self._settings.zone,
            "periodStart": start.astimezone(UTC).strftime(_STAMP),
            "periodEnd": end.astimezone(UTC).strftime(_STAMP),
        }
        address, content = str(self._settings.url), bytearray()
        try:
            with self._http.stream("GET", address, params=query, timeout=_TIMEOUT) as response:
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > _MAX_BYTES:
                        raise ConnectorError(f"the answer is longer than {_MAX_BYTES} bytes")
        except httpx.HTTPError as error:
            # Without "from": the error holds the request, whose address holds the token.
            raise ConnectorError(f"no answer: {type(error).__name__}") from None
        return _document(response.status_code, bytes(content))


def _document(status: int, content: bytes) -> Element | None:
    # By root element, not by status: "no data" comes with 200 or 400, maintenance with 200.
    try:
        root: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError):
        root = Element("none")
    kind = root.tag.rpartition("}")[2]
    if kind == "Publication_MarketDocument":
        return root
    if kind == "Acknowledgement_MarketDocument":
        code = root.findtext(".//{*}Reason/{*}code")
        if code == _NO_DATA:
            return None
        raise RejectedByPeer(f"refused with reason {code}")
    if status in (400, 401, 403):
        raise RejectedByPeer(f"refused with status {status}: is the token right?")
    raise ConnectorError(f"answered with status {status} and no market document")
