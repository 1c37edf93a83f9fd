"""PURE. A person's name in what was heard.

No list of names is complete, so a name is what somebody says who was asked for one: after "my name
is", or the whole short sentence. It is always confirmed by the dialogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*", re.UNICODE)
_STRONG = re.compile(
    r"\b(?:my (?:full |last |first |sur)?name(?:'s| is| was)?|the name(?:'s| is)|i am called"
    r"|i'm called|name is|(?:it|that) would be"
    r"|mi chiamo|(?:il )?mio nome [eè]|ich hei(?:ß|ss)e|mein name ist|je m'appelle|mon nom est"
    r"|me llamo|mi nombre es)\s+(?:is )?"
)
_WEAK = re.compile(
    r"\b(?:this is|it's|it is|that's|that is|i'm|i am|you can call me|call me"
    r"|sono|ich bin|je suis|soy)\s+"
)
_CALLING = re.compile(r"\bthis is (?P<name>.+?) (?:calling|speaking|here|on the phone)\b")
_SPEAKING = re.compile(r"^(?P<name>[^,.]+?) (?:speaking|calling|here)\b")
_LETTER_AS_IN = re.compile(r"\b([a-z]) (?:as in|for|like) [a-z]+", re.IGNORECASE)
_DOUBLE_LETTER = re.compile(r"\bdouble ([a-z])\b", re.IGNORECASE)

_STOP = frozenset(
    "and i my from calling with at about because but so the a an to who what account number "
    "address please speaking here is it on for in that spelled spelt spelling s".split()
)
"""Words that end a name."""
_FILLERS = frozenset(
    "uh um er erm eh ah hm yes yeah ok okay well sure oh so hi hello please thanks thank you sir "
    "madam mister mr mrs ms miss doctor dr it's its full name first last surname of course "
    "certainly no problem right alright good morning evening afternoon yep".split()
)
_NO_NAME = frozenset(
    "i you we they he she it what why how when where who which not no don't dont can't cant "
    "cannot want need have has do does is are was were will would could can should my your our "
    "the a an this that there person human agent someone somebody operator representative bill "
    "power gas water electricity pay help repeat again sorry pardon number account to for nothing "
    "never none wait moment stop leave talk speak goodbye bye rather say tell why's what's matter "
    "know i'm i've i'd i'll zero one two three four five six seven eight nine ten eleven twelve "
    "twenty thirty".split()
)
"""Words that no name holds: the sentence is something else."""
_BEFORE_LETTERS = frozenset("spelled spelt spelling that that's is and".split())
_REST = re.compile(r",? (?:and )?my\b.*| and (?:the|i)\b.*")
_FIRST_LAST = re.compile(r"\b(?:my )?(?:first|last|sur) ?name(?:'s| is)?\b", re.IGNORECASE)
MOST_WORDS = 4


@dataclass(frozen=True)
class Name:
    """A name that was heard."""

    value: str
    """As it is written: "John O'Brien"."""
    start: int
    end: int
    sure: bool
    """Whether a phrase such as "my name is" announced it."""


def find_name(text: str, asked: bool) -> Name | None:
    """The name in `text`; unless `asked` for one, only after "my name is" and the like."""
    text = _FIRST_LAST.sub(lambda match: " " * len(match.group()), text) if asked else text
    lower = text.lower().replace("\u2019", "'")
    strong = _STRONG.search(lower)
    if strong is not None:
        return _from(text, strong.end(), True)
    for pattern in (_CALLING, _SPEAKING) if asked else (_CALLING,):
        match = pattern.search(lower)
        if match is not None and _possible(match["name"]):
            return _from(text[: match.end("name")], match.start("name"), True)
    if not asked:
        return None
    weak = _WEAK.search(lower)
    if weak is not None and _possible(_until_stop(lower[weak.end() :])):
        return _from(text, weak.end(), True)
    whole = _REST.sub("", _LETTER_AS_IN.sub(r"\1", lower))
    return _from(text, 0, False) if _possible(whole) else None


def _possible(part: str) -> bool:
    words = [word for word in _TOKEN.findall(part) if word not in _FILLERS]
    longer = [word for word in words if len(word) > 1]
    return bool(words) and len(longer) <= MOST_WORDS and not _NO_NAME & set(longer)


def _until_stop(part: str) -> str:
    kept = []
    for word in _TOKEN.findall(part):
        if word in _STOP:
            break
        kept.append(word)
    return " ".join(kept)


def _from(text: str, start: int, sure: bool) -> Name | None:
    """The words from `start` until one that ends a name; spelled letters are put together."""
    said = _DOUBLE_LETTER.sub(r"\1 \1", _LETTER_AS_IN.sub(r"\1", text[start:]))
    tokens = _cut(_TOKEN.findall(said.replace("\u2019", "'")))
    words = [word for word in tokens if len(word) > 1][:MOST_WORDS]
    value = " ".join(_joined(words, _spelled(tokens)))
    return Name(value, start, _end(text, start, words), sure) if value else None


def _cut(tokens: list[str]) -> list[str]:
    """The tokens without fillers before the name and without what follows it."""
    kept: list[str] = []
    for at, token in enumerate(tokens):
        low = token.lower()
        letter_follows = any(len(near) == 1 for near in tokens[at + 1 : at + 2])
        if len(token) == 1 and (letter_follows or (at > 0 and len(tokens[at - 1]) == 1)):
            kept.append(token)
            continue
        if low in _BEFORE_LETTERS and letter_follows:
            continue
        if low in _FILLERS and not kept:
            continue
        if low in _STOP or low in _FILLERS:
            break
        kept.append(token)
    return kept


def _spelled(tokens: list[str]) -> list[str]:
    """Each run of single letters, as one word."""
    runs: list[str] = []
    open_run = False
    for token in tokens:
        if len(token) > 1:
            open_run = False
        elif open_run:
            runs[-1] += token
        else:
            runs.append(token)
            open_run = True
    return runs


def _joined(words: list[str], spelled: list[str]) -> list[str]:
    """The words with what was spelled in their place: "Smyth, S M Y T H" is one word."""
    long = [_cased(part) for part in spelled if len(part) > 1]
    initials = [part.upper() for part in spelled if len(part) == 1]
    cased = [_cased(word) for word in words]
    if not long:
        return cased[:1] + initials + cased[1:] if cased else initials
    kept = cased[: max(0, len(cased) - len(long))] if cased else []
    return kept + long


def _cased(word: str) -> str:
    low = word.lower()
    if low.startswith("mc") and len(low) > 3:
        return "Mc" + low[2:].capitalize()
    head, apostrophe, tail = low.partition("'")
    if len(head) == 1 and apostrophe:
        return head.upper() + "'" + tail.capitalize()
    return low.capitalize()


def _end(text: str, start: int, words: list[str]) -> int:
    if not words:
        return len(text)
    at = start
    for word in words:
        found = text.replace("\u2019", "'").find(word, at)
        at = found + len(word) if found >= 0 else at
    return at
