"""Django behind a web server: a page is made in one thread, a stream lives in the event loop.

Django's own handler starts a thread per request and goes there and back for each signal, each
middleware that knows no event loop and each call of an asynchronous view that is not
asynchronous: measured, two thirds of the processor time of a small request.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpRequest, HttpResponseBase
from django.urls import set_script_prefix

#: Pages made at the same time; streams have a few connections to the database beside theirs.
PAGES_AT_ONCE: Final = 16
_EVENT_STREAM: Final = b"text/event-stream"


class Pages(ASGIHandler):
    """Answers HTTP. Whoever accepts an event stream is answered by Django's own way."""

    def __init__(self) -> None:
        super().__init__()
        threads = ThreadPoolExecutor(PAGES_AT_ONCE, thread_name_prefix="page")
        self._in_thread = sync_to_async(self._page, thread_sensitive=False, executor=threads)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if any(name == b"accept" and _EVENT_STREAM in said for name, said in scope["headers"]):
            await super().__call__(scope, receive, send)
            return
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self._in_thread(scope, body)
        await self.send_response(response, send)
        if response.streaming:  # a file
            await sync_to_async(response.close)()

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response)(request)

    def _page(self, scope: Any, body: IO[bytes]) -> Any:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        response._resource_closers.append(body.close)
        if not response.streaming:
            response.close()  # gives the connection to the database back
        return response
