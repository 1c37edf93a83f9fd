"""RFC 9110 §14: one byte range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.web.errors import Refusal
from centralino.web.ranges import Span, read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", Span(0, 100)),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-500", Span(90, 100)),
        ("bytes=-1", Span(99, 100)),
        ("bytes=-500", Span(0, 100)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        (f"bytes={'9' * 5000}-", None),
    ],
)
def test_the_span_asked_for(header: str | None, span: Span | None) -> None:
    assert read_range(header, 100) == span


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100),
                                              ("bytes=-5", 0)])  # fmt: skip
def test_outside_the_file_is_refused_with_its_size(header: str, size: int) -> None:
    with pytest.raises(Refusal) as caught:
        read_range(header, size)
    assert caught.value.status == 416
    assert caught.value.headers == {"Content-Range": f"bytes */{size}"}


@given(st.text(max_size=30), st.integers(0, 1000))
def test_whatever_is_asked_the_span_lies_in_the_file(header: str, size: int) -> None:
    try:
        span = read_range(f"bytes={header}", size)
    except Refusal:
        return
    assert span is None or 0 <= span.start < span.stop <= size


def test_content_range_counts_from_nought_to_the_last_byte() -> None:
    assert Span(10, 20).content_range(100) == "bytes 10-19/100"
