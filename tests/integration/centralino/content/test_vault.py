"""Recordings in real files."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import subprocess
import sys
import textwrap
import wave
from pathlib import Path

import pytest

from centralino.content.errors import BadName, NoSound, SealBroken
from centralino.content.sealing import new_key
from centralino.content.vault import SoundVault
from tests.waiting import until_now

KEY = bytes(range(32))
PIECES = [bytes([n]) * 320 for n in range(1, 6)]


@pytest.fixture
def vault(tmp_path: Path) -> SoundVault:
    return SoundVault(tmp_path / "sound")


def record(vault: SoundVault, call: str = "call-1", key: bytes = KEY) -> None:
    vault.begin(call, key, 8000, 2)
    for piece in PIECES:
        vault.append(call, piece)
    vault.finish(call)


def test_a_recording_is_heard_as_it_was(vault: SoundVault) -> None:
    record(vault)
    assert list(vault.read("call-1", KEY)) == PIECES
    info = vault.info("call-1")
    assert (info.rate, info.channels, info.pcm_bytes, info.seconds) == (8000, 2, 1600, 0.05)


def test_a_growing_recording_can_be_heard(vault: SoundVault) -> None:
    vault.begin("call-1", KEY, 8000)
    vault.append("call-1", b"")
    assert list(vault.read("call-1", KEY)) == []
    vault.append("call-1", PIECES[0])
    assert list(SoundVault(vault.directory).read("call-1", KEY)) == PIECES[:1]
    vault.finish("call-1")
    vault.finish("call-1")


def test_the_player_gets_a_wav_and_any_part_of_it(vault: SoundVault) -> None:
    record(vault)
    whole = b"".join(vault.wav("call-1", KEY))
    assert len(whole) == vault.wav_size("call-1")
    with wave.open(io.BytesIO(whole)) as file:
        assert file.readframes(10_000) == b"".join(PIECES)
    for start, stop in [(0, 10), (40, 50), (44, 45), (363, 365), (100, None), (1640, 9999), (9, 9)]:
        assert b"".join(vault.wav("call-1", KEY, start, stop)) == whole[start:stop]


def test_only_the_parts_asked_for_are_opened(vault: SoundVault) -> None:
    record(vault)
    path = vault.directory / "call-1.sound"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert b"".join(vault.wav("call-1", KEY, 44, 44 + 320)) == PIECES[0]
    with pytest.raises(SealBroken):
        list(vault.read("call-1", KEY))


def test_the_file_holds_no_clear_sound_and_is_its_owners(vault: SoundVault) -> None:
    record(vault)
    path = vault.directory / "call-1.sound"
    assert not any(piece[:16] in path.read_bytes() for piece in PIECES)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SealBroken):
        list(vault.read("call-1", new_key()))


def test_a_torn_chunk_is_ignored_and_cut_off_before_the_next(vault: SoundVault) -> None:
    record(vault)
    path = vault.directory / "call-1.sound"
    os.truncate(path, path.stat().st_size - 7)
    assert list(vault.read("call-1", KEY)) == PIECES[:4]
    vault.begin("call-1", KEY, 8000)
    vault.append("call-1", b"goes on!")
    vault.finish("call-1")
    assert list(vault.read("call-1", KEY)) == [*PIECES[:4], b"goes on!"]


@pytest.mark.parametrize("left", [0, 5])
def test_a_torn_header_is_written_anew(vault: SoundVault, left: int) -> None:
    record(vault)
    os.truncate(vault.directory / "call-1.sound", left)
    record(vault)
    assert list(vault.read("call-1", KEY)) == PIECES


def test_a_recording_goes_on_only_with_its_key(vault: SoundVault) -> None:
    record(vault)
    with pytest.raises(SealBroken):
        vault.begin("call-1", new_key(), 8000)
    assert list(vault.read("call-1", KEY)) == PIECES


def test_a_discarded_recording_is_gone(vault: SoundVault) -> None:
    record(vault)
    assert vault.has("call-1") and vault.discard("call-1") is True
    assert not vault.has("call-1") and vault.discard("call-1") is False
    with pytest.raises(NoSound):
        list(vault.read("call-1", KEY))
    with pytest.raises(NoSound):
        vault.wav_size("call-1")


@pytest.mark.parametrize("call", ["", "../call", "a/b", ".hidden", "a" * 200, "call\n"])
def test_a_name_cannot_leave_the_folder(vault: SoundVault, call: str) -> None:
    with pytest.raises(BadName):
        vault.begin(call, KEY, 8000)


def test_a_full_disk_leaves_whole_chunks(vault: SoundVault) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        vault.begin("call-1", KEY, 8000)
        vault.append("call-1", PIECES[0])
        size = (vault.directory / "call-1.sound").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, before[1]))
        with pytest.raises(OSError) as caught:
            vault.append("call-1", PIECES[1])
        assert caught.value.errno in (errno.ENOSPC, errno.EFBIG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    vault.append("call-1", PIECES[2])
    vault.finish("call-1")
    assert list(vault.read("call-1", KEY)) == [PIECES[0], PIECES[2]]


def test_a_recording_outlives_sigkill(vault: SoundVault) -> None:
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from centralino.content.vault import SoundVault
        vault = SoundVault(Path(sys.argv[1]))
        vault.begin("call-1", bytes(range(32)), 8000)
        for n in range(1, 6):
            vault.append("call-1", bytes([n]) * 320)
        print("written", flush=True)
        time.sleep(60)
        """
    )
    command = [sys.executable, "-c", program, str(vault.directory)]
    root = Path(__file__).parents[4]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        assert child.stdout is not None and child.stdout.readline() == "written\n"
        child.kill()
        until_now(lambda: child.poll() is not None)
    assert list(vault.read("call-1", KEY)) == PIECES
