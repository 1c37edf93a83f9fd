"""People given by their numbers alone are known to other programs by an id that tells no number."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any, cast

from centralino.config.model import Config
from centralino.contacts.digests import Digests
from centralino.contacts.store import ContactStore
from centralino.outbound.audiences import Audiences
from centralino.outbound.campaigns import read_people

NUMBER = "+393351111111"


def store(key: str) -> ContactStore:
    return ContactStore(cast(Any, None), cast(Any, SimpleNamespace(centre="house")), Digests(key))


def test_who_tries_every_number_does_not_find_it_without_the_key_of_the_house() -> None:
    ours = store("key")
    (listed,) = Audiences(Config(), ours, ()).listed([NUMBER], "it", "", "town").people
    (read,) = read_people([NUMBER], "it", "", ours.listed)
    assert listed.person == read.person == ours.listed(NUMBER)
    assert listed.person != store("another key").listed(NUMBER)
    plain = hashlib.sha256(NUMBER.encode()).hexdigest()
    assert not plain.startswith(listed.person)
    assert not ours.digest(NUMBER).startswith(listed.person), "the one of the do-not-call list"
