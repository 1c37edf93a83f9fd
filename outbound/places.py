"""Where the dialler's calls are placed, and what it does after a death on either side. PURE.

Each attempt names the life of the media process that was told to place it. After a restart of the
dialler its open attempts are asked for, under the new epoch: those that live are adopted (a person
in mid-message is not hung up on), those never begun are free to be placed again, since from the
question on that process refuses what the old epoch wanted. What a dead media process held is lost,
and the campaign's guarantee says what that means.
"""

from __future__ import annotations

from dataclasses import replace

from outbound.calls import Calls
from outbound.messages import AskAttempts, AttemptsTold, MediaGone, MediaThere
from outbound.reactions import MediaProcess
from outbound.records import BEFORE_INVITE, AttemptRecord, Refusal


class Places(Calls):
    """Media processes, and the calls that they hold."""

    def media_there(self, event: MediaThere, now: float) -> None:
        """A media process is there: what its earlier lives held is lost, the rest is asked for."""
        self.desk.timers.cancel(("silent", event.media))
        ours = self._of(event.media)
        for attempt in ours:
            if attempt.media_epoch != event.epoch:
                self.lost(attempt, "media lost", now)
        living = tuple(one.id for one in ours if one.media_epoch == event.epoch)
        known = self.media.get(event.media)
        same = known is not None and known.there and known.epoch == event.epoch
        self.media[event.media] = MediaProcess(event.epoch, event.channels, up=len(living))
        if not same:
            self.counts["questions"] += 1
            question = f"{self.epoch}-{self.counts['questions']}"
            self.asked[event.media] = (question, frozenset(living))
            self.tell(AskAttempts(event.media, self.epoch, question, living))

    def media_gone(self, event: MediaGone, now: float) -> None:
        """It cannot be reached: no new call goes there, and what it holds has a while."""
        if (media := self.media.get(event.media)) is not None:
            media.there = False
        if self._of(event.media):
            self.wait_for(event.media, now)

    def wait_for(self, media: str, now: float) -> None:
        """Give a media process a while to say what it holds."""
        self.desk.timers.set(("silent", media), now + self.config.reconnect_seconds)

    def silent(self, media: str, now: float) -> None:
        """It never came back: what it held is lost."""
        for attempt in self._of(media):
            self.lost(attempt, "media silent", now)

    def told(self, event: AttemptsTold, now: float) -> None:
        """What it holds of those that were asked for."""
        question, asked = self.asked.get(event.media, ("", frozenset()))
        if question != event.question:
            return self.stale()
        del self.asked[event.media]
        live, unknown = set(event.live), set(event.unknown)
        for name in sorted(asked):
            attempt = self.desk.attempts.get(name)
            if attempt is None or attempt.media_epoch != event.epoch:
                continue
            if name in live:
                self.adopt(attempt, now)
            elif name in unknown:
                self._never_begun(attempt, now)
            else:
                # It is over there, and its end was told before this: that news was lost.
                self.lost(attempt, "over, and its end was lost", now)

    def adopt(self, attempt: AttemptRecord, now: float) -> None:
        """It lives: let it go on."""
        self.counts["adopted"] += 1
        limit = self.desk.campaigns[attempt.campaign].call_limit
        lease = now + limit + self.config.lease_margin
        self.desk.put_attempt(replace(attempt, lease=lease, epoch=self.epoch), "adopted")

    def _never_begun(self, attempt: AttemptRecord, now: float) -> None:
        if attempt.state not in BEFORE_INVITE:
            return self.lost(attempt, "forgotten there", now)
        self.counts["never_begun"] += 1
        self.turned_away(attempt, Refusal.OLD_EPOCH, "never begun", now, now)

    def _of(self, media: str) -> list[AttemptRecord]:
        return [one for one in self.desk.attempts.values() if one.media == media]
