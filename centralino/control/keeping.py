"""Content of calls into the store, where the call may be over and forgotten."""

from __future__ import annotations

import structlog

from centralino.content.errors import Erased
from centralino.content.store import ContentStore

log = structlog.get_logger()


async def keep(
    contents: ContentStore,
    call: str,
    kind: str,
    value: object,
    *,
    client: str,
    expires: float,
    now: float,
) -> None:
    """As `ContentStore.put`. What is of somebody who is called back when the call's time was over
    is not kept, and that is logged: a key that is gone must not end the link with a process."""
    try:
        await contents.put(call, kind, value, client=client, expires=expires, now=now)
    except Erased as error:
        log.warning("control.not_kept", call=call, kind=kind, problem=str(error))
