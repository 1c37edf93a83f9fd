"""PURE. A file of rows as somebody's spreadsheet wrote it: its encoding, delimiter, lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from contacts.errors import ImportRefused

BYTES_LIMIT = 256 * 1024 * 1024
COLUMNS_LIMIT = 200
CELL_LIMIT = 2_000
"""Characters."""
ROWS_LIMIT = 2_000_000
DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 20
"""Lines at the beginning by which the delimiter is told."""


@dataclass(frozen=True)
class Row:
    """One line of the file below the header."""

    line: int
    """As an editor counts, the header being 1."""
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file that was made out."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    text: str

    def rows(self) -> Iterator[Row]:
        """The rows below the header; empty ones are left out. Raises ImportRefused."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        try:
            next(reader)
            begun = reader.line_num + 1
            for count, cells in enumerate(reader):
                if count >= ROWS_LIMIT:
                    raise ImportRefused(f"the file has more than {ROWS_LIMIT} rows: divide it")
                if any(cell.strip() for cell in cells):
                    yield Row(begun, tuple(cell.strip() for cell in cells))
                begun = reader.line_num + 1
        except csv.Error as error:
            raise ImportRefused(f"line {reader.line_num}: {error}") from None


def read_table(data: bytes, encoding: str = "", delimiter: str = "") -> Table:
    """The file's table. What is not given is made out. Raises ImportRefused."""
    if len(data) > BYTES_LIMIT:
        raise ImportRefused(f"the file is larger than {BYTES_LIMIT >> 20} MB: divide it")
    encoding = encoding or _encoding(data)
    try:
        text = data.decode(encoding)
    except LookupError:
        raise ImportRefused(f"there is no encoding {encoding!r}") from None
    except UnicodeError:
        raise ImportRefused(f"the file is not {encoding}: name its --encoding") from None
    if "\0" in text:
        raise ImportRefused("the file is no text: save the spreadsheet as CSV")
    delimiter = delimiter or _delimiter(text)
    return Table(encoding, delimiter, _header(text, delimiter), text)


def _encoding(data: bytes) -> str:
    """By its mark; else UTF-8 where it is that, for hardly any other text is; else Windows-1252,
    the spreadsheet's way in the west. Those who read the report see which."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The one that cuts the first lines into the most columns, equally many in each."""
    lines = text.splitlines()[:_LOOKED_AT]

    def even(delimiter: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
        same = sum(1 for count in counts if count == counts[0])
        return (same if counts and counts[0] > 1 else 0, counts[0] if counts else 0)

    return max(DELIMITERS, key=even)


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise ImportRefused(f"the header cannot be read: {error}") from None
    header = tuple(cell.strip() for cell in first)
    if not any(header):
        raise ImportRefused("the file is empty: its first line must name the columns")
    if len(header) > COLUMNS_LIMIT:
        raise ImportRefused(f"there are more than {COLUMNS_LIMIT} columns")
    return header
