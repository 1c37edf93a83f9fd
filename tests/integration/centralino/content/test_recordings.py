"""Recorded messages in a folder: kept by client, never written over, read apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from centralino.cli.main import app
from centralino.content.errors import BadRecording
from centralino.content.recordings import Recordings
from centralino.outbound.campaigns import Asker
from centralino.outbound.errors import CampaignError
from centralino.outbound.recording import Recorder
from tests.unit.centralino.content.test_transcoding import tone, wav


async def test_a_recording_is_kept_for_its_client_and_nothing_is_written_over(
    tmp_path: Path,
) -> None:
    recordings = Recordings(tmp_path)
    take = Recorder(recordings, ["river", "harbour"]).take
    vera = Asker("vera", frozenset({"river"}))
    told = await take(wav(tone(1.0, 16_000), 16_000), "river", "Acqua – è sicura?.m4a", vera)
    assert told["name"] == "river/acqua-e-sicura.wav" and told["seconds"] == 1.0
    same = await take(wav(tone(1.0, 16_000), 16_000), "river", "acqua e sicura.wav", vera)
    other = await take(wav(tone(2.0, 16_000), 16_000), "river", "acqua e sicura.wav", vera)
    assert (same["name"], other["name"]) == (told["name"], "river/acqua-e-sicura-2.wav")
    assert recordings.names("river") == [other["name"], told["name"]]
    assert recordings.names("harbour") == []
    assert [path.name for path in (tmp_path / "river").iterdir() if path.suffix != ".wav"] == []
    for client, problem in (("harbour", "not a client of yours"), ("../x", "not a client")):
        with pytest.raises(CampaignError, match=problem):
            await take(b"", client, "x", vera)
    with pytest.raises(CampaignError, match="no client"):
        await take(b"", "../x", "x", Asker("house", None))
    with pytest.raises(CampaignError, match="notes.txt: this is no sound"):
        await take(b"no sound", "river", "notes.txt", vera)


async def test_a_client_has_so_much_and_what_is_deleted_is_room(tmp_path: Path) -> None:
    recordings, boss = Recordings(tmp_path, most=40_000), Asker("house", None)
    take = Recorder(recordings, ["river", "harbour"]).take
    for client in ("river", "harbour"):
        await take(wav(tone(1.5, 16_000), 16_000), client, "first.wav", boss)
    with pytest.raises(
        CampaignError, match="river has 0.0 MB of recordings, and 0.04 MB are allowed"
    ):
        await take(wav(tone(2.0, 16_000), 16_000), "river", "second.wav", boss)
    recordings.delete("river/first.wav")
    assert (await take(wav(tone(2.0, 16_000), 16_000), "river", "second.wav", boss))[
        "seconds"
    ] == 2.0
    for gone in ("river/first.wav", "../first.wav"):
        with pytest.raises(BadRecording, match="there is no recording"):
            recordings.delete(gone)


@pytest.mark.parametrize("name", ["../boil.wav", "a/b/boil.wav", "/boil.wav", ".wav", "boil.mp3"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadRecording, match="no WAV file of the folder"):
        Recordings(tmp_path).named(name)


def test_by_the_command_line(tmp_path: Path) -> None:
    house, sound = tmp_path / "house.toml", tmp_path / "boil.wav"
    house.write_text(f'state_dir = "{tmp_path}/state"\n')
    sound.write_bytes(wav(tone(1.5, 16_000), 16_000))
    run = CliRunner()
    kept = run.invoke(app, ["notify", "record", str(sound), "-c", str(house)])
    assert kept.exit_code == 0 and "/boil.wav: 1.5 s" in kept.output
    assert "/boil.wav: 1.5 s" in run.invoke(app, ["notify", "recordings", "-c", str(house)]).output
