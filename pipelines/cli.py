"""The command line: `bsw COMMAND ...`. Heavy imports stay inside the steps: --help answers at once."""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from features.errors import InputError
from pipelines.cli_model import model_commands
from pipelines.cli_words import command, date_of, positive
from pipelines.synthesise_command import add_arguments
from pipelines.synthesise_command import run as run_synthesise

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from pipelines.cli_words import Commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Exit codes: 0 done, 1 done and the answer is no, 2 the input or the call cannot be used (one line per fault).
    """
    asked = parser().parse_args(arguments)
    # Questions and pages are many small objects that refer to one another, few of them in rings: looking for
    # rings among them as often as Python does by default takes a twentieth of a run.
    gc.set_threshold(100_000, 20, 50)
    # Answers of DuckDB wait until Python is free to take them: ten times as often as it is asked by default.
    sys.setswitchinterval(0.0005)
    try:
        return int(asked.handler(asked))
    except InputError as error:
        for fault in error.faults:
            print(f"bsw {asked.command}: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"bsw {asked.command}: stopped; nothing half-written was kept", file=sys.stderr)
        return 130


def run() -> NoReturn:
    """`main` as a program; done, it ends as soon as what was to be done at its end is done.

    Python would go on to take a million objects apart one by one, which the system frees at once: a second of the
    twelve that a caseload of two thousand took. Any other end is Python's own: after an error DuckDB may still be
    open, and what it laid aside on disk, which are records, goes when it is closed.
    """
    if sys.stdout is not None and sys.stderr is not None:  # some schedulers close both
        sys.stdout, sys.stderr = outliving_its_reader(sys.stdout), outliving_its_reader(sys.stderr)
    code = main()
    if code:
        sys.exit(code)
    atexit._run_exitfuncs()  # not public, but what Python itself calls first at its end
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


class _Unread(io.FileIO):
    """An end of a pipe that goes on taking words when nobody reads them any more."""

    def write(self, words: ReadableBuffer) -> int:
        """As a file's; what is not read is let go."""
        try:
            return super().write(words)
        except BrokenPipeError:
            return memoryview(words).nbytes


def outliving_its_reader(stream: TextIO) -> TextIO:
    """The same stream, which outlives its reader: `bsw promote 1 | head` ends the list, not the work."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Unread(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty() or stream is sys.stderr or bool(os.environ.get("PYTHONUNBUFFERED")),
    )


def parser() -> argparse.ArgumentParser:
    """The contract of the command line."""
    top = argparse.ArgumentParser(
        prog="bsw",
        description="Between-session work in low-intensity CBT: who may not do it, why, and whether the "
        "prediction serves every ethnic group. Decision support; not a diagnosis, not an assessment of "
        "risk of harm.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _source_commands(commands)
    model_commands(commands)
    _study_commands(commands)
    return top


def _source_commands(commands: Commands) -> None:
    check = command(commands, "check", _check, "read a service's records and write a quality report")
    check.add_argument("source", type=Path, metavar="SOURCE")
    check.add_argument("--out", type=Path, required=True, metavar="DIR")

    template = command(commands, "template", _template, "write blank tables and a commented mapping")
    template.add_argument("folder", type=Path, metavar="DIR")

    add_arguments(command(commands, "synthesise", run_synthesise, "write a synthetic service"))

    build = command(commands, "build", _build, "turn records into points, predictors and outcomes")
    build.add_argument("source", type=Path, metavar="SOURCE")
    build.add_argument("--out", type=Path, required=True, metavar="WORK")
    build.add_argument("--until", type=date_of, metavar="DATE", help="drop what became known from DATE on")
    build.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    build.add_argument("--master", metavar="URL", help="Spark's address; without it Spark runs here")


def _study_commands(commands: Commands) -> None:
    catalogue = command(commands, "catalogue", _catalogue, "every predictor, with its source and its facts")
    catalogue.add_argument(
        "--check", action="store_true", help="fail where features/CATALOGUE.md is out of date"
    )
    catalogue.add_argument(
        "--source", type=Path, metavar="SOURCE", help="print it with the share of points that have a value"
    )

    explain = command(
        commands, "explain-predictor", _explain_predictor, "the rows of the records behind one value"
    )
    explain.add_argument("name", metavar="NAME")
    explain.add_argument("--point", required=True, metavar="ID")
    explain.add_argument("--source", type=Path, required=True, metavar="SOURCE")
    explain.add_argument(
        "--rows", type=int, default=40, metavar="N", help="rows of each fact, 0 for all (40)"
    )

    drawn = command(commands, "mechanism", _mechanism, "the causal graph of the synthetic service, drawn")
    drawn.add_argument("--check", action="store_true", help="fail where the drawing in docs/ is out of date")

    words = "gicbt: a published benchmark on real patients' data; audit: the audit's promises in invented services"
    benchmark = command(commands, "benchmark", _benchmark, words)
    benchmark.add_argument("name", choices=("gicbt", "audit"))
    benchmark.add_argument("--data", type=Path, metavar="CSV", help="gicbt: the file with the log-ins")
    benchmark.add_argument("--out", type=Path, required=True, metavar="DIR")

    logins = command(
        commands, "compare-logins", _compare_logins, "a service's log-ins beside those of 342 real patients"
    )
    logins.add_argument("source", type=Path, metavar="SOURCE")
    logins.add_argument("--data", type=Path, required=True, metavar="CSV", help="the G-ICBT file")
    logins.add_argument("--out", type=Path, required=True, metavar="DIR")

    demo = command(commands, "demo", _demo, "the whole way on a synthetic service")
    demo.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR")
    demo.add_argument("--pathways", type=positive, default=5_000, metavar="N")


def _check(asked: argparse.Namespace) -> int:
    from pipelines.check import check
    from pipelines.config import read_config

    return check(asked.source, out=asked.out, config=read_config(asked.config))


def _template(asked: argparse.Namespace) -> int:
    from pipelines.template import write_template

    write_template(asked.folder)
    return 0


def _build(asked: argparse.Namespace) -> int:
    from pipelines.build import On, build
    from pipelines.config import read_config

    if asked.master and asked.engine != "spark":
        raise InputError("--master is Spark's address; add --engine spark, or leave it out")
    on = On(asked.engine, asked.master)
    build(asked.source, out=asked.out, config=read_config(asked.config), until=asked.until, on=on)
    return 0


def _catalogue(asked: argparse.Namespace) -> int:
    from pipelines.catalogue import catalogue
    from pipelines.config import read_config

    return catalogue(check=asked.check, source=asked.source, config=read_config(asked.config))


def _explain_predictor(asked: argparse.Namespace) -> int:
    from pipelines.config import read_config
    from pipelines.explain_predictor import explain_predictor

    config = read_config(asked.config)
    if asked.rows < 0:
        raise InputError(f"--rows must be 0, for all, or more; it is {asked.rows}")
    explain_predictor(asked.name, point=asked.point, source=asked.source, config=config, most_rows=asked.rows)
    return 0


def _mechanism(asked: argparse.Namespace) -> int:
    from pipelines.mechanism import mechanism

    return mechanism(check=asked.check)


def _benchmark(asked: argparse.Namespace) -> int:
    if asked.name == "audit":
        from pipelines.benchmark_audit import benchmark_audit

        benchmark_audit(asked.out)
        return 0
    from pipelines.benchmark_gicbt import benchmark

    if asked.data is None:
        raise InputError("benchmark gicbt needs its data: name the file with --data (see data/README.md)")
    benchmark(asked.data, out=asked.out)
    return 0


def _compare_logins(asked: argparse.Namespace) -> int:
    from pipelines.compare_logins import compare_logins

    compare_logins(asked.source, data=asked.data, out=asked.out)
    return 0


def _demo(asked: argparse.Namespace) -> int:
    from pipelines.config import read_config
    from pipelines.demo import demo

    demo(asked.out, pathways=asked.pathways, config=read_config(asked.config))
    return 0


if __name__ == "__main__":
    run()
