"""What an agent may name as a number outside, and what is made of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from acd.snapshot import OfferView
from centralino.control.consulting import Consulting
from centralino.messages import ConsultKeyed, ConsultOrder
from centralino.web.ports import Desk, PeoplePort

OFFER = cast(OfferView, type("Offer", (), {"call": "c", "media": "m", "offer": "o", "client": "t"}))


class Nobody:
    """No agents; one offer."""

    def offer(self, offer: str) -> OfferView:
        return OFFER

    async def agents(self) -> list[Any]:
        return []

    def snapshot(self) -> Any:
        queue = type("Queue", (), {"client": "t"})
        other = type("Queue", (), {"client": "other", "queue": "theirs"})
        queues = [type(name, (queue,), {"queue": name}) for name in ("bills", "gas")]
        return type("Now", (), {"queues": (other, *queues)})


def consulting(sent: list[ConsultOrder]) -> Consulting:
    async def send(order: ConsultOrder) -> None:
        sent.append(order)

    async def tasks(call: str) -> dict[str, str]:
        return {"pay": "Take a payment"}

    desk, people = cast(Desk, Nobody()), cast(PeoplePort, Nobody())
    return Consulting(desk, people, lambda number, client: "", send, tasks)


@pytest.mark.parametrize("written", ["+39 06 123 4567", "(+39) 06/123.45-67", "+39061234567"])
async def test_a_number_is_dialled_without_what_people_write_between(written: str) -> None:
    sent: list[ConsultOrder] = []
    assert await consulting(sent).to_number(OFFER, written) == ""
    assert sent[0].number == "+39061234567"


@pytest.mark.parametrize("written", ["sip:a@b;transport=tcp", "sip:a@b?X-Attempt=1", "sip:a@b>,<c"])
async def test_no_headers_or_parameters_come_along(written: str) -> None:
    sent: list[ConsultOrder] = []
    assert "without parameters" in await consulting(sent).to_number(OFFER, written)
    assert sent == []


async def test_an_address_is_left_as_it_is() -> None:
    sent: list[ConsultOrder] = []
    assert await consulting(sent).to_number(OFFER, "sip:water-desk@town.example") == ""
    assert sent[0].number == "sip:water-desk@town.example"


async def test_a_key_that_is_no_digit_is_nobody() -> None:
    sent: list[ConsultOrder] = []
    await consulting(sent).keyed(ConsultKeyed("c", "m", "o", "A"))
    assert [order.number for order in sent] == ["A"], "the gate decides, and nothing breaks"


@pytest.mark.parametrize(("digits", "queue"), [("01", "bills"), ("02", "gas"), ("03", "")])
async def test_zero_and_a_digit_is_a_queue_of_the_same_client(digits: str, queue: str) -> None:
    sent: list[ConsultOrder] = []
    await consulting(sent).keyed(ConsultKeyed("c", "m", "o", digits))
    assert [(order.queue, order.number) for order in sent] == [(queue, "")]
