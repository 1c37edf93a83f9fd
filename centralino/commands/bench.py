"""`centralino bench`: figures of the whole, each by one command."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(help="Measure the whole: from recordings, on a running house.")

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the figures here.")]
PageFolder = Annotated[
    Path | None, typer.Option("--page", help="Write a page and its plot, e.g. docs/benchmarks.")
]
Directory = Annotated[Path, typer.Option("--dir", help="Where state and recordings go.")]
Seed = Annotated[int, typer.Option("--seed", help="Everything random follows from it.")]


SHORT = ("4,8,12,24", "12", 4)
"""Steps, periods and turns of `bench calls --short`: the last step is more than one core holds."""


def command_line() -> str:
    """What was typed, as a page shows it: without the places where results go."""
    places = ("--json", "--page", "--dir")
    pairs = zip(["", *sys.argv[1:]], sys.argv[1:], strict=False)
    kept = [word for before, word in pairs if word not in places and before not in places]
    return shlex.join(["centralino", *kept])


@app.command()
def turns(
    turns: Annotated[int, typer.Option("--turns", help="Utterances to measure.")] = 315,
    calls: Annotated[int, typer.Option("--calls", help="Calls at once.")] = 2,
    prompt_hours: Annotated[
        float, typer.Option("--prompt-hours", help="Hours of prompts for false barge-ins.")
    ] = 3.0,
    prompt_calls: Annotated[int, typer.Option("--prompt-calls", help="Of them at once.")] = 12,
    json_file: JsonFile = None,
    page: PageFolder = None,
    directory: Directory = Path("var/bench/turns"),
    stops: Annotated[int, typer.Option("--stops", help="Prompts that are interrupted.")] = 60,
    minutes: Annotated[
        float, typer.Option("--minutes", help="For which to measure at most; 0: until done.")
    ] = 0.0,
    seed: Seed = 1,
) -> None:
    """Turn latency, cut-offs, false barge-ins and how soon a prompt stops, over real SIP."""
    from centralino.bench.run_turns import Size, run_turns

    size = Size(turns, calls, prompt_hours, prompt_calls, seed, stops, minutes)
    ok = asyncio.run(run_turns(directory, size, json_file, page, command_line()))
    raise typer.Exit(0 if ok else 1)


@app.command()
def rehearsal(
    turns: Annotated[int, typer.Option("--turns", help="Utterances to measure.")] = 315,
    prompt_hours: Annotated[
        float, typer.Option("--prompt-hours", help="Hours of prompts for false barge-ins.")
    ] = 1.0,
    stops: Annotated[int, typer.Option("--stops", help="Prompts that are interrupted.")] = 60,
    curve: Annotated[
        str, typer.Option("--curve", help="Also with every silence times these, e.g. 0.8,1.5,2.")
    ] = "",
    json_file: JsonFile = None,
    page: PageFolder = None,
    directory: Directory = Path("var/bench/turns"),
    seed: Seed = 1,
) -> None:
    """The same as `turns` without a telephone, in stepped time: many times faster."""
    from centralino.bench.run_rehearsal import Size, run_rehearsal

    factors = tuple(float(word) for word in curve.split(",") if word)
    size = Size(turns, prompt_hours, stops, seed, factors)
    asyncio.run(run_rehearsal(directory, size, json_file, page, command_line()))


@app.command()
def answering(
    of_each: Annotated[int, typer.Option("--of-each", help="Calls of each of seven kinds.")] = 50,
    words: Annotated[bool, typer.Option(help="Also recognise what is said.")] = True,
    tuning: Annotated[
        bool, typer.Option("--tuning", help="The voices that weights were set on.")
    ] = False,
    models: Annotated[Path, typer.Option("--models", help="Folder of models.")] = Path("models"),
    json_file: JsonFile = None,
    seed: Seed = 2,
) -> None:
    """Who answered: person, voicemail, menu, screening, fax, tone or nobody; synthetic calls."""
    from centralino.bench.answering import run_answering

    asyncio.run(run_answering(models, of_each, seed, tuning, words, json_file))


@app.command()
def vad(
    sentences: Annotated[int, typer.Option("--sentences", help="Of each voice.", max=10)] = 10,
    noise_seconds: Annotated[
        float, typer.Option("--noise-seconds", help="Of each noise alone.")
    ] = 600.0,
    json_file: JsonFile = None,
    page: PageFolder = None,
    seed: Seed = 1,
) -> None:
    """Voice activity detectors on the same labelled sound."""
    from centralino.bench.run_vad import run_vad

    asyncio.run(run_vad(sentences, noise_seconds, seed, json_file, page, command_line()))


@app.command()
def dialer(
    recipients: Annotated[int, typer.Option("--recipients", help="People to be called.")] = 10_000,
    cps: Annotated[float, typer.Option("--cps", help="New calls a second.")] = 20.0,
    media: Annotated[int, typer.Option("--media", help="Media processes.")] = 1,
    plan: Annotated[int, typer.Option("--plan", help="People to import and plan besides.")] = 0,
    message_seconds: Annotated[
        float,
        typer.Option("--message-seconds", help="A notification of this length, heard to its end."),
    ] = 0.0,
    rates: Annotated[
        str, typer.Option("--rates", help="With it: calls a second, until one does not hold.")
    ] = "1,2,3,4,6,8",
    by_voice: Annotated[
        float, typer.Option("--by-voice", help="With it: share of calls answered by voice.")
    ] = 0.25,
    steady: Annotated[
        float, typer.Option("--steady", help="With it: seconds at the full number of calls.")
    ] = 30.0,
    stops: Annotated[
        int,
        typer.Option("--stops", help="Pause it, and begin an emergency beside it, so often."),
    ] = 0,
    deaths: Annotated[
        int, typer.Option("--deaths", help="Kill control, and at times media, so often.")
    ] = 0,
    json_file: JsonFile = None,
    directory: Directory = Path("var/bench/dialer"),
) -> None:
    """A campaign over a loopback carrier: pace, channels, nobody lost, nobody twice, cores."""
    from centralino.bench.dialer import Size, run_dialer
    from centralino.bench.dialer_deaths import Deaths, run_deaths
    from centralino.bench.dialer_stops import Stops, run_stops
    from centralino.rehearsal.people import Mix

    size = Size(recipients, cps, media, plan)
    if message_seconds:
        raise typer.Exit(_long_messages(directory, size, message_seconds, rates, by_voice, steady,
                                        json_file))  # fmt: skip
    if stops:
        figures = asyncio.run(run_stops(directory, size, Stops(stops)))
    elif deaths:
        figures = asyncio.run(run_deaths(directory, size, Deaths(deaths)))
    else:
        figures = asyncio.run(run_dialer(directory, size, Mix(key_after=4.8)))
    text = json.dumps(figures, indent=1)
    typer.echo(text)
    if json_file is not None:
        json_file.write_text(text + "\n")
    in_flight = figures.get("in_flight_at_media_deaths", 0)
    bounded = figures.get("called_again", 0) <= in_flight
    whole = figures["lost"] == figures["duplicates"] == 0 and bounded
    raise typer.Exit(0 if whole and figures["seen_cps_max"] <= cps + 1 else 1)


def _long_messages(
    directory: Path, size: Any, seconds: float, rates: str, by_voice: float, steady: float,
    json_file: Path | None,
) -> int:  # fmt: skip
    from centralino.bench.dialer_notice import Message, climb
    from centralino.bench.page import machine, write_json
    from centralino.rehearsal.people import Mix

    message, wanted = Message(seconds, by_voice), [float(word) for word in rates.split(",")]
    told = asyncio.run(
        climb(directory, message, wanted, size, Mix(), steady, lambda row: typer.echo(str(row)))
    )
    figures = {"machine": machine(), "command": command_line(), **told}
    typer.echo(json.dumps(figures, indent=1))
    write_json(figures, json_file)
    return 0 if figures["highest_cps"] else 1


@app.command()
def acd(
    agents: Annotated[int, typer.Option("--agents", min=1)] = 500,
    waiting: Annotated[int, typer.Option("--waiting", min=0)] = 2_000,
    rate: Annotated[float, typer.Option("--rate", help="Calls a second.")] = 50.0,
    seconds: Annotated[float, typer.Option("--seconds", help="Of each run.")] = 20.0,
    times: Annotated[
        str, typer.Option("--times", help="Agents and callers times these: a curve.")
    ] = "1,2,5,10",
    json_file: JsonFile = None,
    page: PageFolder = None,
) -> None:
    """From a free agent to the offer, with thousands waiting; the order and skills checked."""
    from centralino.bench.acd import Size
    from centralino.bench.run_acd import run_acd

    factors = [int(word) for word in times.split(",")]
    sizes = [Size(n * agents, n * waiting, rate, seconds) for n in factors]
    raise typer.Exit(0 if run_acd(sizes, json_file, page, command_line()) else 1)


@app.command()
def calls(
    steps: Annotated[
        str, typer.Option("--steps", help="Calls at once, one after the other.")
    ] = "2,4,6,8,10,12,14,16,20,24,28",
    every: Annotated[
        str, typer.Option("--every", help="Seconds from turn to turn; a curve for each.")
    ] = "12,8",
    turns: Annotated[int, typer.Option("--turns", min=2, help="Of each call in each step.")] = 5,
    short: Annotated[
        bool, typer.Option("--short", help="A curve of four steps in seven minutes.")
    ] = False,
    pin: Annotated[
        bool, typer.Option(help="Our processes on one core, callers on the others.")
    ] = True,
    json_file: JsonFile = None,
    page: PageFolder = None,
    directory: Directory = Path("var/bench/calls"),
) -> None:
    """Latency over calls at once on one core, until new calls are refused."""
    from centralino.bench.run_calls import run_calls

    if short:
        steps, every, turns = SHORT
    numbers = [int(word) for word in steps.split(",")]
    periods = [float(word) for word in every.split(",")]
    asked = (directory, numbers, periods, turns, pin, json_file, page, command_line())
    raise typer.Exit(0 if asyncio.run(run_calls(*asked, late_ends=not short)) else 1)


@app.command()
def answers(
    calls: Annotated[int, typer.Option("--calls", help="People who answer at once.")] = 12,
    every: Annotated[
        float, typer.Option("--every", help="Seconds between two utterances of the caller beside.")
    ] = 2.0,
    json_file: JsonFile = None,
    directory: Directory = Path("var/bench/answers"),
) -> None:
    """A town answers by voice at once on one recogniser, while a caller converses."""
    from centralino.bench.answers import run_answers
    from centralino.bench.page import write_json

    figures = asyncio.run(run_answers(directory, calls, every))
    typer.echo(json.dumps(figures, indent=1))
    write_json(figures, json_file)
    raise typer.Exit(0 if figures["acknowledged"] == calls else 1)


@app.command()
def speech(
    sentences: Annotated[
        int, typer.Option("--sentences", help="Of each voice in each of 210 conditions.")
    ] = 4,
    recogniser: Annotated[
        str, typer.Option("--recogniser", help="auto, whisper or vosk.")
    ] = "auto",
    at_once: Annotated[int, typer.Option("--at-once", help="Utterances side by side.")] = 2,
    json_file: JsonFile = None,
    page: PageFolder = None,
    seed: Seed = 1,
) -> None:
    """Word error, intents and slots over codecs, lost packets, noise, level and voices."""
    from centralino.bench.run_speech import run_speech
    from centralino.config.read import read_config

    asked = (read_config(None), recogniser, sentences, at_once, seed, json_file, page)
    asyncio.run(run_speech(*asked, command_line()))


@app.command()
def languages(
    first: Annotated[Path, typer.Argument(help="A bot's folder.")] = Path("nlu_models/utility"),
    other: Annotated[
        Path, typer.Argument(help="That of a bot for callers who speak another language.")
    ] = Path("nlu_models/utility_it"),
    sentences: Annotated[int, typer.Option("--sentences", help="Of each voice.")] = 20,
    models: Annotated[Path, typer.Option("--models", help="Folder of models.")] = Path("models"),
    json_file: JsonFile = None,
    page: PageFolder = None,
    seed: Seed = 1,
) -> None:
    """Is the language told from a caller's first words?"""
    from centralino.bench.languages import run_languages

    asked = ((first, other), sentences, seed, models, json_file, page)
    run_languages(*asked, command_line())


@app.command()
def ends(
    models: Annotated[Path, typer.Option("--models", help="Folder of models.")] = Path("models"),
    json_file: JsonFile = None,
    page: PageFolder = None,
) -> None:
    """Does the turn detector tell a pause in a sentence from its end?"""
    from centralino.bench.turn_ends import run_ends

    asyncio.run(run_ends(models, json_file, page, command_line()))


@app.command()
def rasa(
    sets: Annotated[
        list[Path] | None, typer.Argument(help="Bots' folders, or folders of public sets.")
    ] = None,
    setup: Annotated[
        bool, typer.Option("--setup", help="Set Rasa up in var/rasa, and nothing else.")
    ] = False,
    epochs: Annotated[int, typer.Option("--epochs", help="Of DIET.", min=1)] = 100,
    of_each: Annotated[int, typer.Option("--of-each", help="To learn, of a public set.")] = 20,
    test_each: Annotated[int, typer.Option("--test-each", help="To judge, likewise.")] = 10,
    models: Annotated[Path, typer.Option("--models", help="Folder of models.")] = Path("models"),
    page: PageFolder = None,
    directory: Directory = Path("var/bench/rasa"),
    seed: Seed = 1,
) -> None:
    """The embedded engine beside a real Rasa's DIET on the same sentences."""
    from centralino.bench import rasa_beside
    from centralino.bench.rasa import Part, run_rasa

    if setup:
        typer.echo(f"Rasa is in {rasa_beside.set_up().parent.parent}")
        return
    part = Part(of_each, test_each, seed)
    asked = (part, epochs, models, directory, page, command_line())
    raise typer.Exit(0 if run_rasa(sets or [], *asked) else 1)
