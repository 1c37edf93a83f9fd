from __future__ import annotations

from pathlib import Path

import pytest

from centralino.config.model import Config
from centralino.config.read import read_config
from centralino.config.secret_files import secret_in
from centralino.errors import ConfigError


def test_no_file_at_all_is_a_working_configuration() -> None:
    config = read_config(None)
    assert config == Config()
    assert config.line("1000") is not None
    assert config.line("9") is None
    assert config.database_url.endswith("var/centralino.db")


def test_overrides_lie_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[sip]\nport = 5070\nmax_calls = 3\n")
    config = read_config(file, {"sip": {"port": 0}, "media": {"processes": 2}})
    assert (config.sip.port, config.sip.max_calls) == (0, 3)
    assert config.media_names() == ["media-1", "media-2"]


QUEUES = """[[queues]]
id = 'a'
client = 'riverton'
overflow = 'b'
[[queues]]
id = 'b'
client = 'riverton'
overflow = 'a'
"""
HOOK = "[[webhooks]]\nname = 'crm'\nurl = '{}'\nsecret_file = 'crm.secret'\n"
TEAM = "[[teams]]\nname = 'a'\nagents = ['201']\n[[teams.takes]]\nkind = 'outbound'\n"
CRM = """[[caller_lookups]]
name = 'crm'
client = 'riverton'
lines = ['1000']
url = 'https://crm.example/people?phone={call.caller}'
headers = { Authorization = 'Bearer {secret.crm}' }
show = { name = 'person.name' }
"""
LINE = '[[lines]]\nnumber = "1"\nclient = "riverton"\n'
TWO = LINE + 'also = {{ {} = "utility_it" }}\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("centre = \n", 1, "invalid value"),
        (
            "[sip]\nport = 5060\nprot = 1\n",
            3,
            "sip.prot: there is no such key; did you mean 'port'?",
        ),
        ("[sipp]\nport = 1\n", 1, "sipp: there is no such key; did you mean 'sip'?"),
        (LINE.replace("client", "clinet"), 3, "lines.0.clinet: there is no such key; did you mean"),
        ("[[lines]]\nnumber = '1'\n", 1, "lines.0.client: is needed"),
        (LINE.replace('"1"', "1"), 2, 'lines.0.number: is a text: write it in quotes, "1"'),
        ("[speech]\nvoices = { it = 'espeakit' }\n", 2, "speech.voices.it: string should match"),
        ("[outbound.alarms]\nwindows = 1\n", 2, "did you mean 'window'?"),
        ("[[queues]]\nid='a'\nclient='c'\ncallback = { frist = 'agent' }\n", 4, "mean 'first'?"),
        ("[sip]\nport = 'x'\n", 2, "sip.port: input should be a valid integer"),
        ("[sip]\nport = 70000\n", 2, "sip.port: input should be less than or equal to 65535"),
        ("[speech]\nvoice = 'eva'\n", 2, "speech.voice"),
        (LINE + LINE.replace('"1"', '"2"') + "colour = 1\n", 7, "lines.1.colour"),
        ("[nonsense]\na = 1\n", 1, "nonsense: there is no such key"),
        ("log_level = 'loud'\n", 1, "log_level"),
        (QUEUES, 4, "queues.0.overflow: it goes round in a circle: a → b → a"),
        (
            QUEUES.replace("overflow = 'a'", "overflow = 'c'"),
            8,
            "queues.1.overflow: there is no queue 'c'",
        ),
        (
            QUEUES.replace("overflow = 'a'", "screen_pop = 'https://x/{name}'"),
            8,
            "queues.1.screen_pop: {name} is not known",
        ),
        (QUEUES.replace("overflow = 'a'", "hours = 'night'"), 8, "there are no hours 'night'"),
        ("[[hours]]\nid = 'x'\ntime_zone = 'Mars/Base'\n", 3, "no time zone 'mars/base'"),
        (HOOK.format("http://crm..example/"), 3, "webhooks.0.url: the url has no host"),
        (HOOK.format(f"http://{'a' * 64}.example/"), 3, "webhooks.0.url: the url has no host"),
        (HOOK.format("http:///hook"), 3, "webhooks.0.url: the url has no host"),
        (HOOK.format("http://crm.example:99999/"), 3, "webhooks.0.url: the url has no host"),
        ("[[hours]]\nid = 'x'\nmon = ['9-17']\n", 3, "hours.0.mon"),
        (TWO.format("it"), 4, "there is no voice for 'it' in speech.voices"),
        (TWO.format("en"), 4, "'en' is the line's first language already"),
        (TWO.format("it") + "keys_only = true\n", 4, "a bot answers by voice has languages"),
        (TWO.format("it") + '[speech]\nrecogniser = "vosk"\n', 4, "vosk hears one language"),
        (CRM.replace("'riverton'", "'harbour'"), 3, "there is no client 'harbour'"),
        (CRM.replace("'1000'", "'9'"), 4, "'9' is none of the client 'riverton'"),
        (CRM.replace("lines = ['1000']", ""), 2, "it would never be asked"),
        (CRM.replace("crm.example/", "{slot.host}/"), 5, "the host is fixed"),
        (CRM.replace("{call.caller}", "{slot.account}"), 5, "there is no such slot"),
        (CRM.replace("person.name", "person..name"), 7, "is no path"),
        (CRM + "seconds = 3\n", 8, "seconds: input should be less than or equal to 1"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert str(caught.value).lower().startswith(f"{file}:{line}:".lower())
    assert words in str(caught.value).lower()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LINE.replace("riverton", "nobody"), "client 'nobody', which is not defined"),
        (LINE + LINE, "'1' is there twice"),
        (TEAM + TEAM.replace("a'", "b'"), "201 is in the team 'a', too"),
        (TEAM.replace("outbound", "inbound") + "share = 0.5\n", "another tier instead"),
        ("[browsers]\nturn = ['turn:t.example']\n", "turn needs turn_password_file"),
        ("[browsers]\nnetworks = ['here']\n", "browsers.networks"),
        (
            '[acd]\nskills = ["gas"]\n[[requirements]]\nrequire = { welsh = 2 }\n',
            "skill 'welsh', which is not defined",
        ),
    ],
)
def test_names_that_do_not_fit_together_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        read_config(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("kept", "problem"),
    [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8"), (b" \n", "is empty")],
)
def test_a_secret_that_cannot_be_had_is_told_in_one_line(
    tmp_path: Path, kept: bytes | None, problem: str
) -> None:
    file = tmp_path / "turn.secret"
    if kept is not None:
        file.write_bytes(kept)
    with pytest.raises(ConfigError, match=f"browsers.turn_password_file: {problem}"):
        secret_in(file, "browsers.turn_password_file")
    file.write_text("north\n")
    assert (secret_in(file, "a.key"), secret_in(None, "a.key")) == ("north", "")
