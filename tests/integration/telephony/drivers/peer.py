"""A telephone in a process of its own, by baresip, told by JSON lines.

In: `{"id": 1, "verb": "originate", "leg": "a", "target": "sip:…", …}`; the verbs are Phone's.
Out: first `{"port": 5080}`, then `{"event": "LegOffered", …}` as they happen, and
`{"id": 1, "result": …}` or `{"id": 1, "error": "…"}` for each line in. Ends with its input.
Started as `python peer.py '{"codecs": ["pcmu"]}'`: the fields of BaresipOptions.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # started by path: the tree is not on the path yet
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

import structlog

from telephony.drivers.baresip_options import BaresipOptions, Registration
from telephony.drivers.sip_baresip import BaresipControl
from telephony.media.pump import Pump
from telephony.types import LegEvent
from tests.integration.telephony.drivers.phone import Phone


def tell(message: dict[str, Any]) -> None:
    """One line out."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def tell_event(event: LegEvent) -> None:
    """An event as a line."""
    tell({"event": type(event).__name__, **asdict(event)})


def options_of(fields: dict[str, Any]) -> BaresipOptions:
    """BaresipOptions from JSON."""
    values: dict[str, Any] = {}
    for name, value in fields.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    if "register" in fields:
        values["register"] = Registration(**fields["register"])
    return BaresipOptions(**values)


async def obey(phone: Phone, line: str) -> None:
    """One line in, one line out."""
    order = json.loads(line)
    number, verb = order.pop("id"), order.pop("verb")
    try:
        tell({"id": number, "result": await phone.do(verb, **order)})
    except Exception as error:  # whatever it is, the test that gave the order has to see it
        tell({"id": number, "error": repr(error)})


async def main(options: BaresipOptions) -> None:
    """Live until the input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with BaresipControl(options) as control, Pump() as pump:
        phone = Phone(control, pump)
        listening = asyncio.create_task(phone.listen(tell_event))
        tell({"port": control.port})
        orders = set()
        while line := await reader.readline():
            task = asyncio.create_task(obey(phone, line.decode()))
            orders.add(task)
            task.add_done_callback(orders.discard)
    await listening


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(options_of(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})))
