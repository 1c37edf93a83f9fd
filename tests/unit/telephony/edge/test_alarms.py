from __future__ import annotations

from telephony.edge.alarms import Alarms


def test_each_name_is_due_once_at_its_last_time() -> None:
    alarms = Alarms()
    alarms.set(("a", "1"), 10.0)
    alarms.set(("b", "1"), 5.0)
    alarms.set(("a", "1"), 3.0)
    alarms.set(("c", "1"), 4.0)
    alarms.drop(("c", "1"))
    alarms.drop(("never", ""))
    assert alarms.next() == 3.0
    assert alarms.take(5.0) == [("a", "1"), ("b", "1")]
    assert alarms.next() is None
    assert alarms.take(99.0) == []
