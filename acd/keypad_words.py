"""What the keypad says. PURE."""

from __future__ import annotations

from acd.snapshot import AgentView

LONGEST_ENTRY = 16
"""Digits; more are not heard."""

WELCOME = "Agent log-in."
ASK_NUMBER = "Key your agent number, then the hash key."
ASK_PIN = "Key your PIN, then the hash key."
WRONG = "That was not right."
LOCKED = "This number is locked for now. Goodbye."
GOODBYE = "Goodbye."
READY = "You are ready. Please hang up."
LOGGED_OUT = "You are logged out. Goodbye."
WRAPPED_UP = "Wrap-up ended."
MORE_TIME = "You have one more minute."
NO_WRAP_UP = "You are not in wrap-up."
NO_CALL = "There is no call to repeat."
NO_LAST_CALL = "There is no call to speak of."
MENU = (
    "Press 1 for ready, 2 for not ready, 3 to end wrap-up, 4 to hear the last call again, "
    "5 for more time after a call, 6 to say what became of it, 7 for whom to call next, "
    "9 to log out, 0 for help."
)

NOBODY_TO_CALL = "There is nobody for you to call, or you are not ready."
PERSON = "Press 1 to call them, 2 for the next one, 3 for tomorrow, star to go back."
DIALLED = "Please hang up. Your phone rings first, then theirs."

_STATES = {
    "idle": "You are ready.",
    "reserved": "A call is coming to you.",
    "ringing": "A call is coming to you.",
    "whisper": "You are in a call.",
    "talking": "You are in a call.",
    "wrap_up": "You are in wrap-up.",
}


def state(view: AgentView | None) -> str:
    """An agent's state in a sentence."""
    if view is None or view.want == "logged_out":
        return "You are logged out."
    if view.want == "not_ready" and view.state == "idle":
        return f"You are not ready: {view.reason}." if view.reason else "You are not ready."
    if view.state == "offline":
        why = f": {view.phone_why}" if view.phone_why else ""
        return f"Your phone cannot be reached{why}. Calls go to the others."
    pending = f" After it: {view.after}." if view.after else ""
    return _STATES.get(view.state, "") + pending + _was_away(view)


def _was_away(view: AgentView) -> str:
    if not view.away_to:
        return ""
    minutes = max(1, round((view.away_to - view.away_from) / 60))
    length = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f" For {length} calls could not reach you. Your phone: {view.away_why}."


def after_login(view: AgentView | None) -> str:
    """The first words of the menu; `view` is from before the log-in."""
    if view is None or view.want == "logged_out":
        return "You are logged in, and not ready yet."
    return state(view)


def choices(names: tuple[str, ...]) -> str:
    """Reasons or dispositions by number."""
    listed = ", ".join(f"{at} for {name}" for at, name in enumerate(names[:9], 1))
    return f"Press {listed}, star to go back."
