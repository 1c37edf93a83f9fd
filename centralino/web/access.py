"""Who may see what on the pages, from the roles' table in `users.permissions`. PURE.

Beside it one rule: in the history an agent sees the calls that were his own, with the caller's
number masked; he needed it while the call went on.
"""

from __future__ import annotations

from centralino.db.calls import CallRow
from centralino.users.permissions import Action, may, visible
from centralino.users.types import SignedIn
from centralino.web.ports import Clients

SHOWN_DIGITS = 4
PAGES = (
    ("agent", (Action.WORK,)),
    ("queues", (Action.SEE_AGENTS,)),
    ("figures", (Action.SEE_AGENTS,)),
    ("calls", (Action.SEE_CALLS, Action.SEE_OWN_CALLS)),
    ("campaigns", (Action.RUN_CAMPAIGNS,)),
    ("flow", (Action.TEACH,)),
    ("review", (Action.TEACH,)),
    ("users", (Action.MANAGE_USERS,)),
)
"""In the order of the menu, with what one must be allowed, for any client, to use them."""


def allowed_somewhere(who: SignedIn, *actions: Action) -> bool:
    """Whether one of these may be done for at least one client."""
    return any(visible(who, action) != frozenset() for action in actions)


def pages(who: SignedIn) -> list[str]:
    """The pages that he can use."""
    return [page for page, actions in PAGES if allowed_somewhere(who, *actions)]


def may_read(who: SignedIn, row: CallRow, action: Action = Action.SEE_CALLS) -> bool:
    """Whether this user may do `action`, a reading one, with this call."""
    own = row.agent == who.user and may(who, Action.SEE_OWN_CALLS, row.client)
    return own or may(who, action, row.client)


def sees_all_calls(who: SignedIn, client: str) -> bool:
    """Whether every call of this client may be listed, not only those that one took oneself."""
    return may(who, Action.SEE_CALLS, client)


def shown_caller(who: SignedIn, client: str, caller: str) -> str:
    """The caller's number as this user may see it in the history."""
    return caller if sees_all_calls(who, client) else masked(caller)


def masked(caller: str) -> str:
    """The last digits alone: enough to tell two callers apart, too little to call one."""
    user = caller.split(":", 1)[-1].split("@")[0].split(";")[0]
    return f"•••{user[-SHOWN_DIGITS:]}" if len(user) > SHOWN_DIGITS else ("•••" if user else "")


def in_(client: str, clients: Clients) -> bool:
    """Whether the client is one of these."""
    return clients is None or client in clients
