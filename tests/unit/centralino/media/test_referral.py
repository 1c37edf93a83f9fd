"""One try to send a caller to another house, the clock walked by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from centralino.config.dialling import DialRule
from centralino.config.model import Config
from centralino.media.gate import Gate, plan_of
from centralino.media.referral import TOKEN_SECONDS, Referral, ReferralState
from centralino.messages import NotDialled, TokenAsked, TokenOver
from kernel.clock import ManualClock
from kernel.ids import CallId, LegId
from telephony.types import TransferProgressed

LEG = LegId("leg-1")
TARGET = "sip:desk@water.example"
RULES = (DialRule(purposes=("refer",), targets=("*@water.example",)),)


@dataclass
class World:
    """What a `Referral` uses of its house."""

    rules: tuple[DialRule, ...] = RULES
    clock: ManualClock = field(default_factory=ManualClock)
    told: list[object] = field(default_factory=list)
    referred: list[tuple[LegId, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    name: str = "media-1"

    def __post_init__(self) -> None:
        self.config = Config(dial_rules=self.rules)
        self.gate = Gate(plan_of(self.config, "127.0.0.1:5060"), self.tell)
        self.control = self
        self.it = Referral(
            CallId("call-1"), "riverton", LEG, TARGET, self, self.failures.append  # type: ignore[arg-type]
        )  # fmt: skip

    def tell(self, value: object, call: str | None = None) -> None:
        self.told.append(value)

    async def refer(self, leg: LegId, target: str) -> None:
        self.referred.append((leg, target))

    def spawn(self, work: Coroutine[Any, Any, None], what: str) -> None:
        asyncio.run(work)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.it.tick(self.clock.now())

    @property
    def patience(self) -> float:
        return self.config.sip.refer_seconds


def sent() -> World:
    world = World()
    world.it.begin()
    world.it.token("00ff")
    return world


def test_a_token_is_asked_for_and_travels_in_refer_to() -> None:
    world = World()
    world.it.begin()
    assert world.told == [TokenAsked("call-1", "riverton", "media-1")]
    assert world.referred == []
    world.it.token("00ff")
    world.it.token("00aa")  # asked again by a new life of control
    assert world.referred == [(LEG, f"<{TARGET}?User-to-User=00ff%3Bencoding%3Dhex>")]
    world.it.progressed(TransferProgressed(LEG, False, False, "180 Ringing"))
    world.it.progressed(TransferProgressed(LEG, True, True, "200 OK"))
    world.wait(world.patience + 1)
    assert world.it.taken and world.failures == []


def test_a_refusal_gives_the_caller_back_and_ends_the_token() -> None:
    world = sent()
    world.it.progressed(TransferProgressed(LEG, True, False, "603 Decline"))
    world.it.progressed(TransferProgressed(LEG, True, False, "603 Decline"))
    world.wait(world.patience + 1)
    assert world.failures == ["refused"]
    assert world.told[-1] == TokenOver("call-1", "riverton")


def test_silence_gives_the_caller_back_and_a_late_yes_is_a_yes() -> None:
    world = sent()
    world.wait(world.patience - 0.1)
    assert world.failures == []
    world.wait(0.2)
    assert world.failures == ["no_answer"]
    world.it.progressed(TransferProgressed(LEG, True, True, "200 OK"))
    assert world.it.taken and world.failures == ["no_answer"]


def test_no_token_in_time_gives_the_caller_back() -> None:
    world = World()
    world.it.begin()
    world.wait(TOKEN_SECONDS)
    world.it.token("00ff")
    assert (world.failures, world.referred) == (["no_token"], [])


def test_no_packet_means_no_token() -> None:
    world = World()
    world.it.begin()
    world.it.token("")
    assert (world.failures, world.referred) == (["no_token"], [])


@pytest.mark.parametrize("token", ["", "00ff"])
def test_what_may_not_be_dialled_is_not_asked_for(token: str) -> None:
    world = World(rules=())
    world.it.begin()
    assert world.told == [NotDialled("call-1", "riverton", "refer", "sip: no rule allows it")]
    assert world.failures == [], "not while the conversation still carries out its decision"
    world.it.token(token)
    world.wait(0.0)
    assert (world.failures, world.referred) == (["not_allowed"], [])
    assert world.it.state is ReferralState.OVER
