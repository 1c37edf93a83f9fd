"""`bench dialer --deaths` kills what it says, with processes that do nothing but live and die."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from centralino.bench.dialer_deaths import Deaths
from centralino.processes.supervisor import Post, Supervisor
from kernel.crash import VARIABLE

LIVES = (
    'import os, signal; print(\'{"ready": "it"}\', flush=True)\n'
    f"if os.environ.get('{VARIABLE}'): os.kill(os.getpid(), signal.SIGKILL)\n"
    "signal.pause()"
)


async def test_each_life_is_told_where_it_dies_and_the_last_one_lives(tmp_path: Path) -> None:
    posts = [Post(name, [sys.executable, "-c", LIVES]) for name in ("control", "edge", "media-1")]
    supervisor, deaths = Supervisor(posts, tmp_path / "log"), Deaths(1, media_every=1)
    await supervisor.start()
    serving = cast(Any, SimpleNamespace(supervisor=supervisor))
    await deaths(cast(Any, None), serving, "storm")
    assert [post.starts for post in posts] == [3, 1, 2]
    assert len(deaths.boundaries) == len(deaths.media_at) == 1
    assert deaths.boundaries[0].startswith("outbound:1:") and not posts[0].environment
    await supervisor.stop()
