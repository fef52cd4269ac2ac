"""Pages in the reader's language: that of their browser, else English."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override

from portal.words import language_of

View = Callable[..., HttpResponseBase]


def in_their_language(view: View) -> View:
    """Return ``view`` with dates, numbers and words of Django in the reader's language.

    Its own words are those of ``portal.words``, which templates know as ``said``.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        language = language_of(request)
        with override(language):
            answer = view(request, *args, **kwargs)
            if isinstance(answer, TemplateResponse):
                answer.render()
        patch_vary_headers(answer, ["Accept-Language", "Cookie"])
        answer.headers["Content-Language"] = language
        return answer

    return answered
