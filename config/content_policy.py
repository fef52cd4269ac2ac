"""What a browser may load: for a page by the settings, for an answer of the interface nothing."""

from typing import Final

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase

_NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"


class ContentPolicyMiddleware(CSPMiddleware):
    """The library's for pages; composing its policy took a twentieth of a small answer."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind.endswith("json"):
            response.headers.setdefault(HEADER, _NOTHING)
            return response
        return super().process_response(request, response)
