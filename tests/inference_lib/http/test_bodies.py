"""Bodies: media types, base64, gzip and their bounds."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.errors import MalformedRequest, RequestTooLarge, UnsupportedMedia
from inference_lib.http.bodies import content_of, json_of, media_type_of
from inference_lib.http.requests import Request


def _request(body: str, **headers: str) -> Request:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method="POST", path="/predict", headers=names, body=body, request_id="r")


def test_base64_bodies_are_read() -> None:
    request = _request(base64.b64encode(b'{"a": 1}').decode())
    request.is_base64 = True
    assert content_of(request, 100) == b'{"a": 1}'
    request.body = "not base64!"
    with pytest.raises(MalformedRequest, match="says that the body is base64, and it is not"):
        content_of(request, 100)


@pytest.mark.parametrize(
    "media_type", ["", "application/json", "Application/JSON; charset=utf-8", "application/a+json"]
)
def test_json_is_read_and_no_content_type_means_json(media_type: str) -> None:
    headers = {"content_type": media_type} if media_type else {}
    assert media_type_of(_request("{}", **headers)) == "application/json"


def test_other_media_long_and_empty_bodies_are_refused() -> None:
    with pytest.raises(UnsupportedMedia, match=r"expected application/json\."):
        media_type_of(_request("{}", content_type="text/csv"))
    with pytest.raises(RequestTooLarge, match="expected at most 10 bytes, in which"):
        content_of(_request(" " * 11), 10)
    with pytest.raises(MalformedRequest, match="The body is empty"):
        content_of(_request(""), 10)


@pytest.mark.parametrize(("body", "size"), [('"' * 6, 12), ("é" * 6, 12), ("x" * 11, 11)])
def test_a_text_is_as_long_as_in_the_event_that_holds_it(body: str, size: int) -> None:
    assert content_of(_request(body), size) == body
    with pytest.raises(RequestTooLarge, match=f"at most {size - 1} bytes, in which each quotation mark counts as two"):
        content_of(_request(body), size - 1)


def _gzipped(content: bytes) -> Request:
    request = _request(base64.b64encode(content).decode(), content_encoding="gzip")
    request.is_base64 = True
    return request


@given(st.binary(min_size=1, max_size=2000))
def test_a_deflated_body_is_what_was_packed(content: bytes) -> None:
    request = _request(base64.b64encode(zlib.compress(content)).decode(), content_encoding="deflate")
    request.is_base64 = True
    assert content_of(request, 2000) == content


@given(st.binary(min_size=1, max_size=2000))
def test_a_gzipped_body_is_what_was_packed(content: bytes) -> None:
    assert content_of(_gzipped(gzip.compress(content)), 2000) == content


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    with pytest.raises(RequestTooLarge, match="expected at most 1000 bytes"):
        content_of(_gzipped(gzip.compress(b" " * 50_000_000)), 1000)


def test_what_is_no_gzip_is_refused() -> None:
    for content, message in (
        (b"[]", "and the body is not."),
        (gzip.compress(b"x" * 100)[:-9], "and the body ends too early"),
    ):
        with pytest.raises(MalformedRequest, match=message):
            content_of(_gzipped(content), 1000)
    with pytest.raises(UnsupportedMedia, match="expected gzip, deflate or none"):
        content_of(_request("{}", content_encoding="br"), 1000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_the_gateway_has_unpacked_is_text_though_its_header_still_names_the_encoding(encoding: str) -> None:
    assert content_of(_request('{"a": 1}', content_encoding=encoding), 100) == '{"a": 1}'
    with pytest.raises(RequestTooLarge, match="expected at most 5 bytes"):
        content_of(_request('{"a": 1}', content_encoding=encoding), 5)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_raw_tensors_that_the_gateway_has_unpacked_are_read_though_the_header_still_names_the_encoding(
    encoding: str,
) -> None:
    content = b'{"inputs": []}\xff\x00'
    request = _request(base64.b64encode(content).decode(), content_encoding=encoding)
    request.is_base64 = True
    assert content_of(request, 100) == content


def test_base64_is_as_long_as_in_the_event_that_holds_it() -> None:
    request = _request(base64.b64encode(b"x" * 30).decode())
    request.is_base64 = True
    assert content_of(request, 40) == b"x" * 30
    with pytest.raises(RequestTooLarge, match="at most 39 bytes, of which base64 takes four for three"):
        content_of(request, 39)


def test_a_route_says_which_media_types_it_reads() -> None:
    accepted = ("application/json", "text/csv")
    assert media_type_of(_request("a", content_type="text/csv; charset=utf-8"), accepted) == "text/csv"
    with pytest.raises(UnsupportedMedia, match=r"expected application/json or text/csv\."):
        media_type_of(_request("a", content_type="text/html"), accepted)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_is_json_is_read(document: object) -> None:
    assert json_of(json.dumps(document)) == document


@pytest.mark.parametrize(
    ("body", "levels"),
    [("[[1]]", 2), ('{"a": [1, {"b": 2}]}', 3), ('[1, {"x": "[[[[[[{{{{"}]', 2), ("[[], [[]], 3]", 3)],
)
def test_what_nests_deeper_than_the_limit_is_refused_with_the_limit(body: str, levels: int) -> None:
    assert json_of(body, levels) == json.loads(body)
    with pytest.raises(MalformedRequest) as raised:
        json_of(body, levels - 1)
    assert raised.value.detail == f"The body nests too deep; expected at most {levels - 1} levels."


def test_many_instances_are_not_deep() -> None:
    assert len(json_of(json.dumps([{"a": 1}] * 500), 2)) == 500  # type: ignore[arg-type] # a list


def test_a_body_as_deep_as_the_parser_goes_is_refused_without_recursion() -> None:
    with pytest.raises(MalformedRequest, match="nests too deep; expected at most 32 levels"):
        json_of("[" * 900 + "]" * 900)
