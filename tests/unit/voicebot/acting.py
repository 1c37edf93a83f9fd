"""The sample bot with things to be done outside: a balance to look up, a ticket to open."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.voicebot.sample import FLOW, TEXTS, bot
from voicebot.dialogue.flow import Bot, Intent, Route, Slot
from voicebot.dialogue.lookups import Lookup
from voicebot.dialogue.responses import Response, Variation

BALANCE = Lookup(
    "balance", "https://crm.example/accounts/{slot.number}?by={call.caller}",
    {"balance": "account.balance"}, headers={"X-Key": "{secret.crm}"}, retries=1,
    meanwhile="look", on_nothing="no_account", on_failure="no_crm",
)  # fmt: skip
MORE = {
    "look": "One moment, I look it up.",
    "no_account": "There is no such account.",
    "no_crm": "I cannot look it up now.",
    "balance_is": "It is {balance} dollars.",
    "ticket_made": "Ticket {ticket} is open.",
}
INTENTS = (
    Intent("balance", "the balance", Route("bills", ask=("number",), do=("balance",), stays=True,
                                           answer="balance_is")),
    Intent("ticket", "a ticket", Route("house", say="sorry_bill", do=("action_ticket",),
                                       stays=True)),
    Intent("check", "a check", Route("bills", ask=("number",), do=("balance", "action_ticket"))),
)  # fmt: skip


def acting_bot() -> Bot:
    """It."""
    sample = bot()
    flow = replace(
        FLOW,
        intents={**FLOW.intents, **{intent.name: intent for intent in INTENTS}},
        slots={**FLOW.slots, "balance": Slot("balance"), "ticket": Slot("ticket")},
        lookups={"balance": BALANCE},
        custom_actions=frozenset({"action_ticket"}),
    )
    texts = {key: Response(key, (Variation(text),)) for key, text in {**TEXTS, **MORE}.items()}
    return replace(sample, flow=flow, responses={**texts, **sample.responses})
