"""Output that nobody reads, or that cannot be written."""

from __future__ import annotations

import contextlib
import os

from centralino.cli.unread import Unread

MUCH = "up\n" * 100_000


def test_what_is_read_is_written_and_what_nobody_reads_goes_nowhere() -> None:
    reads, writes = os.pipe()
    with open(writes, "w") as stream:
        output = Unread(stream)
        output.write("starting\n")
        output.flush()
        assert os.read(reads, 100) == b"starting\n" and not output.isatty()
        os.close(reads)
        for _ in range(2):
            assert output.write(MUCH) == len(MUCH)
            output.flush()
    # ended without a word: what was still held went nowhere, too


def test_a_full_disk_is_no_end() -> None:
    stream = open("/dev/full", "w")
    output = Unread(stream)
    for _ in range(2):
        assert output.write(MUCH) == len(MUCH)
        output.flush()
    assert os.fstat(stream.fileno()).st_rdev == os.stat("/dev/full").st_rdev
    with contextlib.suppress(OSError):  # it says so at its end
        stream.close()
