"""The commands about a model: train, evaluate, score, audit, suggestions, feedback, promote, serve."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli_audit import audit_options, run_audit
from pipelines.cli_words import command, date_of

if TYPE_CHECKING:
    from pipelines.cli_words import Commands


def model_commands(commands: Commands) -> None:
    """Add them to the command line."""
    train = command(commands, "train", _train, "learn, calibrate, log and register a model")
    train.add_argument("work", type=Path, metavar="WORK")

    evaluate = command(commands, "evaluate", _evaluate, "measure a model on the held-out points")
    evaluate.add_argument("work", type=Path, metavar="WORK")
    evaluate.add_argument(
        "--model", metavar="URI", help="default: the one trained from WORK, else models:/bsw@champion"
    )

    evaluate.add_argument(
        "--full",
        action="store_true",
        help="also learn anew many times: explainable boosting, optimism, learning curve, one service left out, "
        "missing inputs",
    )

    score = command(commands, "score", _score, "flags for every open pathway, as at a date")
    score.add_argument("source", type=Path, metavar="SOURCE")
    score.add_argument("--as-of", type=date_of, required=True, metavar="DATE")
    score.add_argument("--model", required=True, metavar="URI")
    score.add_argument("--out", type=Path, required=True, metavar="DIR")
    score.add_argument(
        "--patient", metavar="ID", help="whose explanation to write whole; default: the highest chance"
    )

    audit_options(command(commands, "audit", run_audit, "how well risks and flags serve each group"))

    _flag_commands(commands)

    words = "make a version champion where its evaluation and its audit allow it, or a person says why all the same"
    promote = command(commands, "promote", _promote, words)
    promote.add_argument("version", metavar="VERSION", help="of the registered model, such as 3")
    promote.add_argument("--audit", type=Path, metavar="DIR", help="the audit of its held-out predictions")
    promote.add_argument("--because", metavar="TEXT", help="why it is promoted although a gate does not hold")
    promote.add_argument("--by", metavar="NAME", help="who decides so")

    serve = command(commands, "serve", _serve, "answer for rows of predictors over HTTP, on this machine")
    serve.add_argument("--model", metavar="URI", help="default: models:/bsw@champion")
    serve.add_argument("--port", type=int, default=5001, metavar="N")


def _flag_commands(commands: Commands) -> None:
    words = "is the library of things to consider, as edited, fit to be used?"
    library = command(commands, "check-suggestions", _check_suggestions, words)
    library.add_argument(
        "file", type=Path, nargs="?", metavar="TOML", help="default: the one in the settings"
    )
    library.add_argument("--copy-to", type=Path, metavar="FILE", help="write it there, to be edited")

    answered = command(commands, "feedback", _feedback, "what practitioners did with flags, kept with them")
    answered.add_argument("folder", type=Path, metavar="FLAGS", help="the folder that `bsw score` wrote")
    answered.add_argument(
        "answers",
        type=Path,
        nargs="*",
        metavar="CSV",
        help="its answers-DAY.csv or practitioners' own answers.csv, filled in",
    )
    answered.add_argument("--also", type=Path, nargs="+", default=[], metavar="FLAGS", help="of other days")
    answered.add_argument(
        "--work", type=Path, metavar="WORK", help="a build that knows what became of the work"
    )


def _train(asked: argparse.Namespace) -> int:
    from pipelines.config import read_config
    from pipelines.train import train

    train(asked.work, config=read_config(asked.config))
    return 0


def _evaluate(asked: argparse.Namespace) -> int:
    from pipelines.config import read_config
    from pipelines.evaluate import evaluate

    evaluate(asked.work, config=read_config(asked.config), model=asked.model, full=asked.full)
    return 0


def _score(asked: argparse.Namespace) -> int:
    from pipelines.beside import process_beside

    with process_beside() as beside:  # first of all: what it imports takes as long as what is imported here
        from pipelines.config import read_config
        from pipelines.score import score

        score(
            asked.source,
            as_of=asked.as_of,
            model=asked.model,
            out=asked.out,
            config=read_config(asked.config),
            patient=asked.patient,
            beside=beside,
        )
    return 0


def _check_suggestions(asked: argparse.Namespace) -> int:
    from pipelines.check_suggestions import check_suggestions
    from pipelines.config import read_config

    check_suggestions(asked.file, copy_to=asked.copy_to, config=read_config(asked.config))
    return 0


def _feedback(asked: argparse.Namespace) -> int:
    from pipelines.config import read_config
    from pipelines.feedback import feedback

    config = read_config(asked.config)
    feedback(asked.folder, asked.answers, also=asked.also, work=asked.work, config=config)
    return 0


def _promote(asked: argparse.Namespace) -> int:
    """0 where the version is champion, 1 where it is held back."""
    from pipelines.config import read_config
    from pipelines.promote import Override, promote

    override = Override.of(asked.because, asked.by)
    moved = promote(asked.version, config=read_config(asked.config), audit=asked.audit, override=override)
    return 0 if moved else 1


def _serve(asked: argparse.Namespace) -> int:
    from pipelines.config import read_config
    from pipelines.registry.registered import champion_of
    from pipelines.serve import serve

    config = read_config(asked.config)
    return serve(asked.model or champion_of(config), port=asked.port, config=config)
