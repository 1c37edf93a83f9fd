"""What can go wrong in the kernel. One root, one class a cause."""

from __future__ import annotations


class KernelError(Exception):
    """Something in the kernel went wrong."""


class IllegalTransition(KernelError):
    """A current event has no row in the state table. Nothing was changed."""

    def __init__(self, machine: str, state: object, event: object) -> None:
        super().__init__(f"{machine}: no row for {type(event).__name__} in state {state}")
        self.machine = machine
        self.state = state
        self.event = event


class UnknownMessage(KernelError):
    """A message names a type, or a version, that this program does not know."""


class MalformedMessage(KernelError):
    """A message does not have the fields of its type."""


class BusClosed(KernelError):
    """The bus was closed while something was being sent."""


class CoreStopped(KernelError):
    """The core's life is over: it takes nothing more."""
