"""Files of people: made out, mapped, read row by row, each person once."""

from __future__ import annotations

import pytest

from contacts.columns import map_columns
from contacts.errors import ImportRefused
from contacts.importing import Imported, read_people
from contacts.numbers import Number
from contacts.people import Consent, Person, Place, identity, merged
from contacts.rows import Settings
from contacts.table import BYTES_LIMIT, COLUMNS_LIMIT, Table, read_table

ITALY = Settings("town", "IT", ("all",), frozenset({"Europe/Rome"}), frozenset({"sales", "survey"}))


def read(text: str, settings: Settings = ITALY, **told: str) -> Imported:
    return read_people(read_table(text.encode()), settings, told)


def people(imported: Imported) -> list[Person]:
    return list(imported.people.values())


# The file.


@pytest.mark.parametrize(
    ("data", "encoding", "delimiter"),
    [
        ("Nome;Cellulare\nZoë;335 1234567\n".encode(), "utf-8", ";"),
        ("Nome;Cellulare\nZoë;335 1234567\n".encode("utf-8-sig"), "utf-8-sig", ";"),
        ("Nome;Cellulare\r\nZoë;335 1234567\r\n".encode("cp1252"), "cp1252", ";"),
        ("Nome\tCellulare\nZoë\t335 1234567\n".encode("utf-16"), "utf-16", "\t"),
        (b'Nome,Cellulare\n"Zo\xc3\xab",335 1234567\n', "utf-8", ","),
        (b"Nome|Cellulare\nZo\xc3\xab|335 1234567\n", "utf-8", "|"),
        (b'Nome;Cellulare\n"Zo\xc3\xab";"335 1234567"\n', "utf-8", ";"),
    ],
)
def test_encoding_and_delimiter_are_made_out(data: bytes, encoding: str, delimiter: str) -> None:
    table = read_table(data)
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    (person,) = people(read_people(table, ITALY))
    assert (person.name, person.numbers[0].e164) == ("Zoë", "+393351234567")


def test_what_is_told_is_not_made_out() -> None:
    table = read_table("a;b,phone\n1;2,3".encode("utf-16-le"), "utf-16-le", ",")
    assert table.header == ("a;b", "phone")


@pytest.mark.parametrize(
    ("data", "encoding", "problem"),
    [
        (b"", "", "empty"),
        (b"\n\n", "", "empty"),
        (b"PK\x03\x04\0\0", "", "no text"),
        (b"a\xff", "utf-8", "not utf-8"),
        (b"phone", "klingon", "no encoding"),
        (b"a," * (COLUMNS_LIMIT + 1), "", "columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused(data: bytes, encoding: str, problem: str) -> None:
    with pytest.raises(ImportRefused, match=problem):
        read_table(data, encoding)


def test_a_file_that_is_too_large_is_refused() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return BYTES_LIMIT + 1

    with pytest.raises(ImportRefused, match="larger than"):
        read_table(Huge())


def test_a_broken_row_names_its_line() -> None:
    table = Table("utf-8", ",", ("phone",), "phone\n" + "1" * 200_000)
    with pytest.raises(ImportRefused, match="line 2"):
        list(table.rows())


def test_rows_keep_their_line_over_line_breaks_in_cells() -> None:
    rows = list(read_table(b'name,phone\n"a\nb",1\n\n,\nc,2\n').rows())
    assert [(row.line, row.cells) for row in rows] == [(2, ("a\nb", "1")), (6, ("c", "2"))]


# The columns.


def test_columns_are_known_by_their_names() -> None:
    mapped = map_columns(["Customer Number", "Last name", "Phone 2", "phone_1", "LAT", "Floor"])
    assert mapped.at == {"key": 0, "last_name": 1, "lat": 4}
    assert mapped.phones == ((3, "phone_1"), (2, "Phone 2"))
    assert mapped.fields == ((5, "floor"),)


def test_columns_are_what_one_is_told() -> None:
    mapped = map_columns(["x", "y", "z"], {"phone": "Y", "phone2": "x", "name": "z"})
    assert mapped.phones == ((1, "y"), (0, "x")) and mapped.at == {"name": 2}


@pytest.mark.parametrize(
    ("header", "told", "problem"),
    [
        (["name"], {}, "no column is a telephone number"),
        (["name", "phone"], {"phone": "Handy"}, "no column 'Handy'"),
        (["name", "phone"], {"colour": "name"}, "no field 'colour'"),
    ],
)
def test_what_cannot_be_mapped_is_refused(
    header: list[str], told: dict[str, str], problem: str
) -> None:
    with pytest.raises(ImportRefused, match=problem):
        map_columns(header, told)


# The rows.


def test_a_full_row() -> None:
    imported = read(
        "id,first name,last name,mobile,landline,language,time zone,groups,lat,lon,consent,"
        "consent date,consent source,dnc,floor\n"
        "7,Ada,Bell,335 1234567,06 46771234,IT,Europe/Rome,north;school,45.1,11.2,"
        "sales/survey,2026-01-31,form 12,no,3\n"
    )
    assert people(imported) == [
        Person(
            "", "town",
            (Number("+393351234567", "mobile", "mobile"), Number("+390646771234", "fixed",
             "landline")),
            "7", "Ada Bell", "it", "Europe/Rome", ("north", "school", "all"), Place(45.1, 11.2),
            (Consent("sales", "2026-01-31", "form 12"), Consent("survey", "2026-01-31",
             "form 12")),
            False, (("floor", "3"),),
        )
    ]  # fmt: skip
    assert imported.report.problems == [] and imported.report.columns["mobile"] == "phone 1"


@pytest.mark.parametrize(
    ("cells", "what", "fatal"),
    [
        ("Ada,12,,,,,,", "too short", True),
        ("Ada,,,,,,,", "there is no number", True),
        ("Ada,335 1234567,italiano!,,,,,", "no language code", False),
        ("Ada,335 1234567,,Mars/Base,,,,", "no IANA time zone", False),
        ("Ada,335 1234567,,,91,11,,", "no such place", False),
        ("Ada,335 1234567,,,north,11,,", "decimal degrees", False),
        ("Ada,335 1234567,,,nan,11,,", "decimal degrees", False),
        ("Ada,335 1234567,,,45,,,", "decimal degrees", False),
        ("Ada,335 1234567,,,,,sales,", "counts only with", False),
        ("Ada,335 1234567,,,,,kidnap,", "is none of", False),
        ("Ada,335 1234567,,,,,,perhaps", "neither yes nor no", False),
        ("A" * 3000 + ",335 1234567,,,,,,", "longer", True),
    ],
)
def test_what_is_wrong_costs_its_cell_or_its_row(cells: str, what: str, fatal: bool) -> None:
    header = "name,phone,language,tz,lat,lon,consent,dnc\n"
    imported = read(f"{header}{cells}\nEve,06 46771234,,,,,,\n")
    (problem,) = imported.report.problems
    assert what in problem.what and problem.fatal is fatal and problem.line == 2
    assert imported.report.refused == int(fatal) and len(people(imported)) == 2 - int(fatal)
    assert imported.report.rows == 2 and sum(imported.report.counts.values()) == 1


def test_one_bad_number_of_two_leaves_the_other() -> None:
    imported = read("name,phone,phone2\nAda,12,335 1234567\n")
    (problem,) = imported.report.problems
    assert (problem.column, problem.fatal, imported.report.refused) == ("phone", False, 0)
    assert [n.e164 for n in people(imported)[0].numbers] == ["+393351234567"]


def test_a_doubtful_do_not_call_is_taken_as_one() -> None:
    assert people(read("phone,dnc\n335 1234567,perhaps\n"))[0].do_not_call


# Each person once.


def test_the_same_person_twice_is_put_together() -> None:
    imported = read(
        "name,phone,phone2,group,dnc\n"
        "Zoë Miller,335 1234567,,north,yes\n"
        "“not the same”,335 1234567,,,\n"
        "MILLER  Zoe,+39 335 1234567,06 46771234,south,\n"
    )
    (duplicate,) = imported.report.duplicates
    assert (duplicate.line, duplicate.first, imported.report.merged) == (4, 2, 1)
    assert imported.report.shared == 2  # two people of one household
    zoe = people(imported)[0]
    assert [n.e164 for n in zoe.numbers] == ["+393351234567", "+390646771234"]
    assert zoe.groups == ("north", "all", "south") and zoe.do_not_call


def test_the_clients_own_key_comes_before_number_and_name() -> None:
    imported = read("id,name,phone\n1,Ada,335 1234567\n1,Ada Bell,335 7654321\n2,Ada,335 1234567\n")
    first, second = people(imported)
    assert (first.name, [n.e164 for n in first.numbers]) == (
        "Ada Bell", ["+393357654321", "+393351234567"],
    )  # fmt: skip
    assert identity(second) == "key:2"


def test_merging_never_forgets() -> None:
    consent = Consent("sales", "2026-01-31", "form")
    number = Number("+393351234567")
    old = Person("p1", "town", (number,), "k", "Ada", "it", "Europe/Rome", ("a",), Place(1, 2),
                 (consent,), True, (("floor", "3"),))  # fmt: skip
    assert merged(old, Person("", "town", (number,))) == old
    new = merged(old, Person("", "town", (number,), fields=(("floor", "4"), ("door", "b"))))
    assert new.slots() == {"floor": "4", "door": "b", "name": "Ada", "language": "it", "key": "k"}
    assert new.may_be_asked("sales") and not new.may_be_asked("survey")
