"""PURE. Telephone numbers: what was written, as E.164. The only file that imports phonenumbers."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import timezone

from contacts.errors import BadNumber
from kernel.codec import message

_UNKNOWN_ZONE = "Etc/Unknown"
_KINDS = {
    phonenumbers.PhoneNumberType.FIXED_LINE: "fixed",
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed or mobile",
    phonenumbers.PhoneNumberType.TOLL_FREE: "toll free",
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium rate",
    phonenumbers.PhoneNumberType.SHARED_COST: "shared cost",
    phonenumbers.PhoneNumberType.VOIP: "voip",
    phonenumbers.PhoneNumberType.PAGER: "pager",
}
NEVER_CALLED = frozenset({"premium rate", "shared cost", "pager"})
"""Kinds that cost the house money or have nobody who hears."""
_WHY = {
    phonenumbers.ValidationResult.TOO_SHORT: "is too short",
    phonenumbers.ValidationResult.TOO_LONG: "is too long",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "has no country code that exists",
    phonenumbers.ValidationResult.INVALID_LENGTH: "has a length that no number there has",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
}
LONGEST = 40
"""Characters of a number as written; what is longer is a text in the wrong column."""


@message("contacts.number")
@dataclass(frozen=True)
class Number:
    """A number that can be called."""

    e164: str
    """`+`, country code, subscriber (ITU-T E.164)."""
    kind: str = ""
    """fixed, mobile, voip …; empty: not known."""
    label: str = ""
    """What it is called where it came from, e.g. the column."""


def read_number(text: str, region: str = "", label: str = "") -> Number:
    """The number that somebody wrote. `region` (ISO 3166-1 alpha-2) reads those without a country
    code. Raises BadNumber, whose text never repeats the number."""
    if len(text) > LONGEST:
        raise BadNumber(f"is longer than {LONGEST} characters")
    try:
        parsed = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException as error:
        raise BadNumber(_no_number(error, region)) from None
    if parsed.extension:
        raise BadNumber("has an extension, which cannot be dialled")
    found = phonenumbers.number_type(parsed)
    if found == phonenumbers.PhoneNumberType.UNKNOWN:  # what `is_valid_number` asks, too
        reason = phonenumbers.is_possible_number_with_reason(parsed)
        raise BadNumber(_WHY.get(reason, "belongs to no range that is in use"))
    kind = _KINDS.get(found, "")
    if kind in NEVER_CALLED:
        raise BadNumber(f"is a {kind} number, which is never called")
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(e164, kind, label)


def _no_number(error: phonenumbers.NumberParseException, region: str) -> str:
    if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
        return "has no country code" if not region else "has no country code that exists"
    return "is no telephone number"


def dialled(target: str, region: str = "") -> str:
    """The number behind what is dialled, `sip:+39…@carrier` too: E.164 where it is one, else the
    user or the digits as they are."""
    user = target.partition(":")[2].partition("@")[0] if ":" in target else target
    try:
        return read_number(user, region).e164
    except BadNumber:
        return user


def zones(e164: str) -> tuple[str, ...]:
    """The IANA time zones in which the number may be, none if that is not known."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ()
    found = timezone.time_zones_for_number(parsed)
    return tuple(zone for zone in found if zone != _UNKNOWN_ZONE)


def is_region(region: str) -> bool:
    """Whether numbers of this ISO 3166-1 alpha-2 code are known."""
    return region.upper() in phonenumbers.SUPPORTED_REGIONS
