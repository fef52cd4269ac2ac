"""Pages in the reader's language: the one they chose, else that of their browser, else English."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from portal.words import WORDS, language_of

View = Callable[..., HttpResponseBase]


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Keep the language of the form in the browser, for a year, and go back to the page.

    Nowhere else than on this host; 400 for a language that the portal does not speak.
    """
    if request.POST.get("language") not in WORDS:
        return HttpResponseBadRequest("language: one of " + ", ".join(WORDS))
    return set_language(request)


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
