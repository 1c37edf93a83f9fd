"""What callers say: the mix, hesitations, and the same from the same seed."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from centralino.bench.sounds import QUIET_DBFS, Sounds
from centralino.bench.utterances import KINDS, Speaker, Utterance, kind_of
from centralino.caller.voices import RATE
from telephony.media.wav import WavSink, read_wav
from voicebot.dialogue.reader import load_bot
from voicebot.speech.scripted import tone
from voicebot.speech.sound import level, pieces, silence

FOLDER = Path(__file__).parents[4] / "nlu_models" / "bench"


def one_call() -> list[str]:
    """The questions of the bench's bot, in its order."""
    flow = load_bot(FOLDER).flow
    questions = ["open"] * 4
    for name in flow.intents["register"].does.ask:  # type: ignore[union-attr]
        questions.append(f"slot:{name}")
        if flow.slots[name].confirm:
            questions.append(f"confirm:{name}")
    return questions


def test_one_call_is_the_mix() -> None:
    counted = Counter(kind_of(question) for question in one_call())
    assert counted == {
        "yes_no": 5, "menu": 5, "open": 6, "digits": 2, "name": 1, "date": 1, "digits_free": 1,
    }  # fmt: skip
    assert set(counted) == set(KINDS)


def test_a_third_hesitates_and_a_seed_says_the_same() -> None:
    questions = one_call() * 40

    def said(seed: int) -> list[tuple[str | float, ...]]:
        speaker = Speaker(random.Random(seed))
        return [speaker.answer(question).parts for question in questions]

    assert said(3) == said(3) != said(4)
    share = sum(len(parts) > 1 for parts in said(3)) / len(said(3))
    assert 0.28 < share < 0.39
    pauses = [part for parts in said(3) for part in parts if isinstance(part, float)]
    assert all(0.1 < pause <= 1.2 for pause in pauses) and max(pauses) > 0.9


@pytest.mark.parametrize(("question", "digits"), [("slot:code", 6), ("slot:second", 6)])
def test_digits_are_as_many_as_were_asked_for(question: str, digits: int) -> None:
    speaker = Speaker(random.Random(1))
    for _ in range(20):
        words = speaker.answer(question).text.replace("uh", "").split()
        assert len(words) == digits


def test_a_no_is_expected_to_be_taken_as_one() -> None:
    speaker = Speaker(random.Random(1))
    for _ in range(30):
        said = speaker.answer("slot:insured")
        assert said.expects == ("no" if "no" in said.text else "yes")
    assert speaker.answer("slot:place").expects == ""


class Steady:
    """Every word is 0.2 s of sound with 0.1 s of silence on both sides."""

    async def wav(self, text: str) -> Path:
        path = self.folder / f"{text}.wav"
        sink = WavSink(path, RATE, channels=1)
        sink(silence(RATE, 0.1) + tone(RATE, 0.2, -20.0) + silence(RATE, 0.1))
        sink.close()
        return path

    def __init__(self, folder: Path) -> None:
        self.folder = folder


@pytest.mark.parametrize(("wanted", "silent"), [(0.5, 0.5), (0.12, 0.2)])
async def test_a_silence_is_as_long_as_it_is_heard(
    tmp_path: Path, wanted: float, silent: float
) -> None:
    said = Utterance("open", "open", ("gas", wanted, "please"))
    pcm = read_wav(Path(await Sounds(tmp_path, Steady(tmp_path)).wav(said)))[0]  # type: ignore[arg-type]
    loud = [level(piece) > QUIET_DBFS for piece in pieces(pcm, RATE, 0.01)]
    between = loud[loud.index(True) : len(loud) - loud[::-1].index(True)]
    assert between.count(False) * 0.01 == pytest.approx(silent)
