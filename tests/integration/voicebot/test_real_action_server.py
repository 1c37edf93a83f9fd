"""An action server of Rasa's own SDK, unchanged, does what a bot here wants done."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from centralino.bench import rasa_beside
from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.dialogue.test_validation import checking_bot
from tests.unit.voicebot.sample import FACTS, WordForWord, meant
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.outcome import Words
from voicebot.outside.performer import Outside, Servers
from voicebot.talk import TalkSession

PYTHON = rasa_beside.find()
pytestmark = [
    pytest.mark.engine,
    pytest.mark.timeout(120),
    pytest.mark.skipif(PYTHON is None, reason=f"no Rasa here: {rasa_beside.SET_UP}"),
    pytest.mark.asyncio(loop_scope="module"),
]

ACTIONS = """
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet


class Ticket(Action):
    def name(self):
        return "action_ticket"

    def run(self, dispatcher, tracker, domain):
        kind = next(tracker.get_latest_entity_values("kind"), "none")
        name = tracker.get_slot("name")
        intent = tracker.get_intent_of_latest_message()
        if name == "Boom":
            raise RuntimeError("the desk is on fire")
        if name == "Next":
            return [FollowupAction("action_other")]
        if name == "Reset":
            return [AllSlotsReset(), SlotSet("ticket", "1")]
        assert "utter" not in domain["responses"]
        dispatcher.utter_message(text=f"{name}: {intent}, {kind}.")
        dispatcher.utter_message(response="ticket_made", ticket=42)
        return [SlotSet("ticket", 42)]


class Order(FormValidationAction):
    def name(self):
        return "validate_order_form"

    def validate_name(self, value, dispatcher, tracker, domain):
        assert tracker.active_loop["name"] == "order_form"
        assert tracker.get_slot("requested_slot") == "name"
        if value == "Nobody":
            dispatcher.utter_message(text="There is no Nobody.")
            return {"name": None}
        return {"name": value.upper()}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def webhook(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    assert PYTHON is not None
    folder = tmp_path_factory.mktemp("actions")
    (folder / "actions.py").write_text(ACTIONS)
    async with rasa_beside.acting(PYTHON, folder) as url:
        yield url


def act(name: str, action: str = "action_ticket") -> Perform:
    return Perform(action, {"name": name}, meant("ticket", 0.8, "gas please", kind="gas"))


async def test_slots_entities_and_responses_cross(webhook: str) -> None:
    outcome = await Outside(acting_bot(), Servers(webhook)).perform(act("Ann"), FACTS)
    assert outcome.problem == ""
    assert outcome.slots == {"ticket": "42"}
    assert outcome.says[0] == Words(text="Ann: ticket, gas.")
    assert (outcome.says[1].key, outcome.says[1].values["ticket"]) == ("ticket_made", "42")


async def test_all_slots_are_reset(webhook: str) -> None:
    outcome = await Outside(acting_bot(), Servers(webhook)).perform(act("Reset"), FACTS)
    assert outcome.slots["name"] is None
    assert outcome.slots["ticket"] == "1"


@pytest.mark.parametrize(
    ("name", "action", "problem"),
    [("Boom", "action_ticket", "says 500"), ("Next", "action_ticket", "FollowupAction"),
     ("Ann", "action_unknown", "says 404")],
)  # fmt: skip
async def test_what_goes_wrong_there_is_a_problem_here(
    webhook: str, name: str, action: str, problem: str
) -> None:
    outcome = await Outside(acting_bot(), Servers(webhook)).perform(act(name, action), FACTS)
    assert problem in outcome.problem


async def test_a_form_is_checked_slot_by_slot(webhook: str) -> None:
    bot = checking_bot()
    talk = TalkSession(bot, WordForWord(), performer=Outside(bot, Servers(webhook)))
    await talk.start()
    await talk.say("order")
    said = [reply.text for reply in await talk.say("name=Nobody")]
    assert said == ["There is no Nobody.", "Your name, please?"]
    said = [reply.text for reply in await talk.say("name=Ann")]
    assert said == ["Gas or water?"]
    assert talk.dialogue.known["name"].value == "ANN"
    await talk.say("kind=gas")
    assert talk.packet is not None
    assert talk.packet.summary == "ANN, gas."


async def test_a_caller_hears_what_the_action_says(webhook: str) -> None:
    bot = acting_bot()
    talk = TalkSession(bot, WordForWord(), performer=Outside(bot, Servers(webhook)))
    await talk.start()
    said = [reply.text for reply in await talk.say("ticket kind=gas")]
    assert said == ["Sorry about that.", "None: ticket, gas.", "Ticket 42 is open.",
                    "Anything else?"]  # fmt: skip
