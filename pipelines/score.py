"""`bsw score`: flags for every open pathway as at a date, with a folder of pages per practitioner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from features.facts import Facts
from features.protected import protected
from features.records import start_reading
from features.records.silence import lost_by_service, must_mean_weeks
from features.rows_behind import Behind, rows_behind
from models.outcome_words import outcome_words
from pipelines.beside import answer, thread_beside
from pipelines.built import FIRST, ask, begin
from pipelines.check_suggestions import library
from pipelines.config import Config
from pipelines.flags.files import Pages, must_keep_answered, write_background, write_pages, write_tables
from pipelines.flags.listed import Listed, caseloads, people
from pipelines.flags.not_scored import not_scored
from pipelines.flags.occasion import Occasion, rests_on
from pipelines.flags.open_records import OpenRecords, assemble_open, prepared_for
from pipelines.flags.patient_files import chosen_point, write_explained
from pipelines.flags.prepared import Prepared
from pipelines.flags.pseudonyms import shown_names
from pipelines.flags.refits_beside import RefitsBeside
from pipelines.flags.scored import Scored, begin_flags
from pipelines.flags.supervision import read_supervisors
from pipelines.gaps import Gaps, at_heart
from pipelines.progress import progress
from pipelines.registry.meaning import must_mean_the_same
from pipelines.registry.tracking import FoundModel, LoadedModel, find_model
from pipelines.store import step


def score(
    source: Path,
    *,
    as_of: date,
    model: str,
    out: Path,
    config: Config,
    patient: str | None = None,
    beside: Executor | None = None,
) -> None:
    """Write the flags of a source as at a date into the folder `out`, and the pages that show them.

    `patient` is whose explanation to write whole, by the records' own id; without it, that of the highest
    chance. `beside`: a process that loads the model, asks its refits and draws half of the pages
    meanwhile; where none is given, a thread loads it and draws them.
    Errors: InputError where the source, the model, the library of suggestions or the list of supervisors
    cannot be used, or the model needs what the source cannot carry.
    """
    with (
        nullcontext(beside) if beside else thread_beside() as aside,
        step("score", out, inputs={"source": source}, config=config, later=True) as manifest,
        ExitStack() as ending,
    ):
        _, suggestions = library(None, config)
        supervisors = read_supervisors(Path(config.score.supervisors)) if config.score.supervisors else {}
        looking = aside.submit(find_model, model, config)
        facts, prepared = _facts(source, config=config, ending=ending)
        learnt, known, refits = _known(facts, prepared, looking, as_of=as_of, config=config, beside=beside)
        built = known.built
        with progress("Scoring", 3) as advance:
            under_way = begin_flags(
                built, learnt.model, as_of=as_of, config=config, suggestions=suggestions, refits=refits
            )
            groups = protected(facts, under_way.points.reset_index())
            names = shown_names(under_way.patients, config.score, out=out)
            scored = under_way.finished()
            chosen_point(scored, patient)  # is there, before anything that stood here gives way
            data = manifest.inputs["source"]
            gaps = Gaps.of(facts.records.finished(), config.source, until=as_of)
            occasion = _occasion(as_of, known, learnt, scored, gaps, config=config, data=data)
            must_keep_answered(out, scored, occasion)
            listed, left_out = scored.listed(names), scored.left_out(names)
            advance("pages")
            pages = Pages(caseloads(listed, left_out), scored.explanation, _behind(known, scored), occasion)

            def meanwhile() -> Iterator[Path]:
                yield from write_tables(out, scored, groups, names=names, occasion=occasion)
                yield from write_background(out, scored, occasion)
                yield from write_explained(
                    out, scored, listed, model=learnt.model, patient=patient, occasion=occasion
                )

            manifest.begins()
            manifest.wrote(*write_pages(out, pages, supervisors, beside=aside, meanwhile=meanwhile))
            advance()
        manifest.says(**_told(learnt, occasion), questions=dict(prepared.used))
    _say(out, listed, occasion, gaps)


def _told(learnt: LoadedModel, occasion: Occasion) -> dict[str, Any]:
    """What the manifest remembers."""
    return {
        "synthetic": occasion.synthetic,
        "as_of": occasion.as_of.isoformat(),
        "records_up_to": occasion.records_up_to.isoformat(),
        "last_days": {service: end.isoformat() for service, end in occasion.last_days.items()},
        "not_scored": dict(occasion.not_scored),
        "without_rows": occasion.without_rows,
        "model": learnt.uri,
        "model_version": learnt.version,
        # As the model has it: the configuration's is only asked when a model is trained.
        "cut_off": {"value": occasion.cut_off, "chosen": occasion.chosen},
    }


def _say(out: Path, listed: Sequence[Listed], occasion: Occasion, gaps: Gaps) -> None:
    first = people(one for one in listed if one.flag.flagged)
    print(
        f"{out}: {people(listed):,} patients with {occasion.meaning.point.open}, {first:,} of them to think about first"
    )
    if occasion.caution:
        print(occasion.caution)
    for line in gaps.lines:
        print(f"  {line}")
    for service, why in occasion.not_scored.items():
        print(f"not scored: {service} ({why})")
    if occasion.not_scored:
        print(
            "  'score.most_days_behind' is how old records may be; `bsw check` lists rows that cannot be read"
        )


def _facts(source: Path, *, config: Config, ending: ExitStack) -> tuple[Facts, Prepared]:
    """The records' facts, as soon as questions about them can be written.

    What breaks a rule is set aside meanwhile. After an error nobody waits for what was asked for in vain: `ending`
    abandons it.
    """
    with progress("Reading", 1) as advance:
        facts = Facts(start_reading(source, config.source), config.facts)
        ending.callback(facts.engine.abandon)
        prepared = prepared_for(facts, config)
        prepared.foresee(FIRST)
        advance()
    return facts, prepared


def _known(
    facts: Facts,
    prepared: Prepared,
    looking: Future[FoundModel],
    *,
    as_of: date,
    config: Config,
    beside: Executor | None,
) -> tuple[LoadedModel, OpenRecords, RefitsBeside | None]:
    """The model, what it needs of the records, and its refits, which the process `beside` is getting ready."""
    asked = ask(facts, config=config, until=as_of)  # first of all: everything else waits for it
    prepared.foresee()
    begun = begin(facts, config=config, until=as_of, asked=asked)
    records = facts.records.finished()
    must_mean_weeks(records)
    found = answer(looking)
    learnt = found.read()
    lost = lost_by_service(records, rests_on(learnt.model.predictors), at_heart=at_heart(records))
    unscored = not_scored(begun.built.ends, lost, as_of, most=config.score.most_days_behind)
    begun = replace(begun, built=replace(begun.built, not_scored=unscored))
    must_mean_the_same(
        learnt.uri,
        learnt.model.about,
        config.as_table(),
        {begun.built.kind},
        remedy="give the training's configuration with --config, or train with this one",
    )
    # Not earlier: the facts take every processor until the points are there, predictors do not.
    refits = RefitsBeside(found.files, beside) if beside else None
    return (
        learnt,
        assemble_open(begun, prepared, config=config, as_of=as_of, predictors=learnt.model.predictors),
        refits,
    )


def _occasion(
    as_of: date,
    known: OpenRecords,
    learnt: LoadedModel,
    scored: Scored,
    gaps: Gaps,
    *,
    config: Config,
    data: str,
) -> Occasion:
    return Occasion(
        as_of=as_of,
        records_up_to=known.built.records_up_to,
        model=learnt.version,
        cut_off=learnt.model.threshold,
        synthetic=known.built.synthetic,
        # The configuration means what the model's does, else nothing would be scored.
        meaning=outcome_words({known.built.kind}, config.as_table()),
        data=data,
        refits=scored.stability.refits,
        enough=scored.stability.enough_refits,
        chosen=learnt.model.about["cut_off"],
        without_rows=known.without_rows,
        last_days=known.built.ends,
        not_scored=known.built.not_scored,
        gaps=gaps,
        reads=rests_on(learnt.model.predictors),
    )


def _behind(known: OpenRecords, scored: Scored) -> Mapping[str, Behind]:
    """The rows of the records behind every reason that is given."""
    given = {name for flag in scored.flags for reason in flag.reasons for name in reason.predictors}
    return rows_behind(known.facts, known.points, given)
