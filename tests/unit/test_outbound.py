"""Where we send what a tenant asks us to send: nowhere but to the public internet."""

import base64
import hashlib
import hmac

import httpx
import pytest

from tenants.outbound import NoAnswer, Refused, Resolve, Target, post, signature, target_of

PUBLIC = "93.184.215.14"


def resolves_to(*addresses: str) -> Resolve:
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_no_address_inside_is_reached(address: str) -> None:
    with pytest.raises(Refused, match="not on the public internet"):
        target_of("https://models.example/ask", resolves_to(address))
    with pytest.raises(Refused, match="not on the public internet"):
        target_of("https://models.example", resolves_to(PUBLIC, address))


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/",
        "ftp://models.example/",
        "file:///etc/passwd",
        "https:///ask",
        "https://user:word@models.example/",
        "https://models.example:99999/",
        "https://[::1/",
        "models.example",
        "",
    ],
)
def test_only_https_is_right(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url, resolves_to(PUBLIC))


def test_a_name_without_address_is_refused() -> None:
    def fails(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(Refused, match="has no address"):
        target_of("https://models.example/", fails)
    with pytest.raises(Refused, match="has no address"):
        target_of("https://models.example/", resolves_to())


def test_numbers_that_mean_this_machine_are_resolved_like_names() -> None:
    for host in ("2130706433", "0x7f000001", "127.1", "localhost"):
        with pytest.raises(Refused):
            target_of(f"https://{host}/")


def ask(answer: httpx.Response | Exception, **limits: float) -> tuple[list[httpx.Request], bytes]:
    seen = []

    def peer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    target = Target("models.example", 443, "/ask?x=1", PUBLIC)
    with httpx.Client(transport=httpx.MockTransport(peer)) as http:
        said = post(
            http, target, b"{}", headers={}, seconds=limits.get("seconds", 5), most_bytes=100
        )
    return seen, said


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    [request], said = ask(httpx.Response(200, content=b"fine"))

    assert request.url.host == PUBLIC
    assert request.headers["host"] == "models.example"
    assert request.extensions["sni_hostname"] == "models.example"
    assert request.url.raw_path == b"/ask?x=1"
    assert said == b"fine"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(302, headers={"location": "http://169.254.169.254/"}), "status 302"),
        (httpx.Response(500), "status 500"),
        (httpx.Response(200, content=b"x" * 101), "more than 100 bytes"),
        (httpx.ConnectTimeout("https://secret@peer"), r"no answer \(ConnectTimeout\)$"),
    ],
)
def test_what_is_no_answer(answer: httpx.Response | Exception, words: str) -> None:
    with pytest.raises(NoAnswer, match=words):
        ask(answer)


def test_an_answer_that_drips_is_cut_off() -> None:
    with pytest.raises(NoAnswer, match="no whole answer"):
        ask(httpx.Response(200, content=b"x"), seconds=-1)


def test_the_signature_is_that_of_the_specification() -> None:
    made = hmac.new(b"word", b"msg_1.1700000000.{}", hashlib.sha256).digest()

    assert (
        signature("word", "msg_1", 1_700_000_000, b"{}") == f"v1,{base64.b64encode(made).decode()}"
    )
