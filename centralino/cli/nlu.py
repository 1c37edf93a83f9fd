"""`centralino nlu`: train, try, measure and teach."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from centralino.cli.options import BotName, ConfigFile, JsonFile, read

nlu_app = typer.Typer(help="Understanding.", no_args_is_help=True)


@nlu_app.command("train")
def nlu_train(bot: BotName = "utility", config: ConfigFile = None) -> None:
    """Train a bot now instead of at the first start."""
    from centralino.commands.nlu import train

    train(read(config), bot)


@nlu_app.command("parse")
def nlu_parse(
    text: Annotated[str, typer.Argument(help="A sentence.")],
    bot: BotName = "utility",
    expects: Annotated[str, typer.Option("--expects")] = "open",
    config: ConfigFile = None,
) -> None:
    """What a sentence means to a bot."""
    from centralino.commands.nlu import parse

    asyncio.run(parse(read(config), bot, text, expects))


@nlu_app.command("evaluate")
def nlu_evaluate(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A bot's folder, or a public set's (CLINC150 or one file of it, BANKING77, HWU64)."
        ),
    ] = None,
    bot: BotName = "utility",
    config: ConfigFile = None,
    json_file: JsonFile = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw what is taken for what: an SVG.")
    ] = None,
    heard: Annotated[
        int, typer.Option("--heard", help="Also so many sentences as a recogniser hears them.")
    ] = 0,
    learn: Annotated[
        int, typer.Option("--learn", help="Learn so many of a public set's sentences; 0: all.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Which sentences these are.")] = 1,
) -> None:
    """Measure understanding on sentences that were not trained."""
    from centralino.commands.nlu import Wanted, evaluate

    evaluate(read(config), bot, folder, Wanted(json_file, picture, heard, learn, seed))


@nlu_app.command("review")
def nlu_review(
    bot: BotName = "utility",
    days: Annotated[int, typer.Option("--days", min=1, help="How far back.")] = 7,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 30,
    text: Annotated[str, typer.Option("--teach", help="A sentence for nlu.yml.")] = "",
    intent: Annotated[str, typer.Option("--intent", help="What it means.")] = "",
    take_back: Annotated[bool, typer.Option("--undo", help="Take the newest one back.")] = False,
    config: ConfigFile = None,
) -> None:
    """What was understood least surely or went wrong; teach it, see before and after, undo."""
    from centralino.commands import review

    if bool(text) != bool(intent):
        raise typer.BadParameter("--teach and --intent belong together")
    if text:
        asyncio.run(review.teach(read(config), bot, text, intent))
    elif take_back:
        asyncio.run(review.undo(read(config), bot))
    else:
        asyncio.run(review.show_doubtful(read(config), bot, days, limit))
