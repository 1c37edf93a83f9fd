"""PURE. What a recogniser wrote, in the form that the classifier learns from.

Recognisers differ: Whisper writes capitals, punctuation, digits and remarks such as [BLANK_AUDIO];
Vosk writes bare lower-case words. Both must look the same as a typed training sentence.
"""

from __future__ import annotations

import re
import unicodedata

_REMARK = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>|[♪♫*_]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")
_ANY_WORD = re.compile(r"[^\W\d_]+|\d+")
_DIGITS = re.compile(r"\d+")

FILLERS = frozenset(
    "uh uhm um umm er erm eh ah hm hmm mm mhm well like basically actually so".split()
)
"""Words that carry no meaning in a spoken sentence."""

_CONTRACTIONS = {
    "won't": "will not", "can't": "can not", "cannot": "can not", "shan't": "shall not",
    "ain't": "is not", "let's": "let us", "gonna": "going to", "wanna": "want to",
    "gotta": "got to", "lemme": "let me", "gimme": "give me", "dunno": "do not know",
    "y'all": "you all", "im": "i am", "ive": "i have", "dont": "do not", "doesnt": "does not",
    "didnt": "did not", "isnt": "is not", "cant": "can not", "wont": "will not",
    "whats": "what is", "thats": "that is", "theres": "there is", "wheres": "where is",
    "okay": "ok", "alright": "all right", "ya": "you", "cos": "because", "cuz": "because",
    "uh-huh": "yes", "till": "until", "til": "until",
}  # fmt: skip
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'m", " am"),
            ("'d", " would"))  # fmt: skip
_IS = frozenset(
    "what that it there here where who how when he she everything something water power".split()
)
NUMBER_WORDS = frozenset(
    "zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred thousand double triple".split()
)


def words(text: str, language: str = "en") -> list[str]:
    """The words of a sentence in lower case, without remarks, fillers and stutter.

    English contractions are written out; in other languages accents are taken off, which
    recognisers set and leave out as they like.
    """
    text = _REMARK.sub(" ", text.lower().replace("\u2019", "'").replace("`", "'"))
    if language.split("-")[0] != "en":
        return _without_stutter(_ANY_WORD.findall(_unaccented(text)))
    text = re.sub(r"\b(?:(?:uh|mm)[- ]?huh|m+[- ]?hm+)\b", "yes", text)
    text = re.sub(r"(?<=\d)[,.\-](?=\d)", "", text)
    found: list[str] = []
    for word in _WORD.findall(text):
        found.extend(_written_out(word))
    return _without_stutter([word for word in found if word not in FILLERS])


def _written_out(word: str) -> list[str]:
    if word in _CONTRACTIONS:
        return _CONTRACTIONS[word].split()
    for ending, full in _ENDINGS:
        if word.endswith(ending):
            return (word[: -len(ending)] + full).split()
    if word.endswith("'s"):
        stem = word[:-2]
        return [stem, "is"] if stem in _IS else [stem + "s"]
    return [word.replace("'", "")]


def _without_stutter(found: list[str]) -> list[str]:
    """A word said twice running is said once; digits may repeat."""
    return [
        word
        for at, word in enumerate(found)
        if at == 0 or word != found[at - 1] or word in NUMBER_WORDS or word.isdigit()
    ]


def _unaccented(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def plain(text: str, language: str = "en") -> str:
    """The sentence as an embedder sees it: words only, no punctuation."""
    if language.split("-")[0] == "en":
        return " ".join(words(text))
    return " ".join(_ANY_WORD.findall(_REMARK.sub(" ", text.lower())))


def features(text: str, language: str = "en") -> str:
    """The sentence as the classifier sees it: numbers are alike, whatever they are."""
    shown: list[str] = []
    found = words(text, language)
    for at, word in enumerate(found):
        if _DIGITS.fullmatch(word) or (word in NUMBER_WORDS and _in_run(found, at)):
            if shown[-1:] != ["#"]:
                shown.append("#")
        else:
            shown.append(word)
    return " ".join(shown)


def _in_run(found: list[str], at: int) -> bool:
    """Whether a number word stands beside another: "one two", not "no one"."""
    return any(
        0 <= near < len(found) and (found[near] in NUMBER_WORDS or found[near].isdigit())
        for near in (at - 1, at + 1)
    )
