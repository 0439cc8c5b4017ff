import io
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from switchroom.errors import Invalid
from switchroom.knowledge import reader
from switchroom.knowledge.passages import cut, sentences
from switchroom.knowledge.reader import read_apart
from switchroom.knowledge.reading import KINDS, Section, kind_of, read
from tests.knowledge.papers import pdf
from tests.virtual_time import run_real


def test_markdown_is_divided_at_its_headings_and_loses_its_marks() -> None:
    text = b"# House\nWe are **open**.\n## Menu\nSee [the card](http://x/card).\n```\n# no heading\n```\n# Garden\nTen tables."
    assert read(text, "text/markdown") == [
        Section("House", "We are open."),
        Section("House > Menu", "See the card.\n# no heading"),
        Section("Garden", "Ten tables."),
    ]


def test_of_a_page_only_its_content_is_read() -> None:
    page = b"""<html><head><title>Oak &amp; Ash</title><style>p {}</style></head><body><nav><p>Home</p></nav>
      <h1>Parking</h1><p>Behind the <b>house</b>.</p><ul><li>Free after six</li></ul><script>alert(1)</script></body></html>"""
    assert read(page, "text/html") == [Section("Oak & Ash > Parking", "Behind the house.\nFree after six")]


def test_a_page_without_paragraphs_is_still_read() -> None:
    assert read(b"<div>Open <span>daily</span></div>", "text/html")[0].text == "Open\ndaily"


def test_a_pdf_is_read_page_by_page() -> None:
    assert read(pdf("The terrace has ten tables.", "Dogs are welcome."), "application/pdf") == [
        Section("", "The terrace has ten tables.", 1),
        Section("", "Dogs are welcome.", 2),
    ]


def test_text_is_read_in_the_encoding_it_is_in() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert read("Gemüse für zwei".encode(encoding), "text/plain")[0].text == "Gemüse für zwei"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "text/plain", "empty_document"),
        (b"   \n", "text/markdown", "empty_document"),
        (b"<script>x</script>", "text/html", "empty_document"),
        (b"\x00\x01\x02", "text/plain", "not_text"),
        (b"not a pdf", "application/pdf", "broken_document"),
        (b"%PDF-1.7\n1 0 obj", "application/pdf", "broken_document"),
        (pdf(""), "application/pdf", "empty_document"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, kind: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content, kind)
    assert refused.value.code == code


def test_a_locked_pdf_says_so() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(Invalid, match="password"):
        read(locked.getvalue(), "application/pdf")


@given(st.binary(max_size=400), st.sampled_from(sorted(KINDS)))
def test_fuzz_any_bytes_are_read_or_refused(content: bytes, kind: str) -> None:
    with suppress(Invalid):
        assert read(content, kind)


def test_the_kind_is_what_was_declared_else_what_the_name_says() -> None:
    assert kind_of("card", "text/html; charset=utf-8") == "text/html"
    assert kind_of("Card.PDF", "application/octet-stream") == "application/pdf"
    with pytest.raises(Invalid, match=r"card\.docx"):
        kind_of("card.docx")


def test_a_document_that_breaks_its_reader_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MEMORY", 64 * 1024 * 1024)

    async def main() -> None:
        with pytest.raises(Invalid) as refused:
            await read_apart(b"word " * 10_000_000, "text/plain")
        assert refused.value.code == "broken_document"

    run_real(main())


def test_a_document_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(reader, "_SECONDS", 0.2)
    monkeypatch.setattr(sys, "executable", "/bin/cat")  # reads its standard input for ever, if nobody closes it

    async def main() -> None:
        with pytest.raises(Invalid) as refused:
            await read_apart(b"x", "text/plain")
        assert refused.value.code in {"too_slow", "broken_document"}

    run_real(main())


def test_a_passage_is_whole_sentences_of_one_section() -> None:
    long = " ".join(f"Sentence number {n} says a thing." for n in range(60))
    passages = cut([Section("A", long, 3), Section("B", "Short.")], 300)
    assert all(passage.text.endswith(".") and len(passage.text) < 400 for passage in passages)
    assert [passage.heading for passage in passages] == ["A"] * (len(passages) - 1) + ["B"]
    assert passages[0].page == 3
    assert sentences(passages[1].text)[0] == sentences(passages[0].text)[-1]


def test_entries_of_a_list_are_sentences_and_decimals_divide_nothing() -> None:
    assert sentences("Prices:\n- Soup 4.50\n- Fish 18.20 with\nrice\n\nCome in! Sit down.") == [
        "Prices:",
        "- Soup 4.50",
        "- Fish 18.20 with rice",
        "Come in!",
        "Sit down.",
    ]


@given(st.text(max_size=3000), st.integers(50, 800))
def test_fuzz_nothing_of_a_document_is_lost(text: str, length: int) -> None:
    words = set(text.split())
    kept = {word for passage in cut([Section("", text)], length) for word in passage.text.split()}
    assert all(word in kept or len(word) > 1000 for word in words)
