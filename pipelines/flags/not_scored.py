"""Of which services no list is made: of records that end too long before its day, or of which most cannot be read.

Work that was reviewed since would be called not reviewed. Each service is asked by itself: one that stopped submitting,
or whose export broke, is left out, and the others have their lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from features.errors import InputError
from pipelines.flags.listed import day, days_behind
from pipelines.gaps import IN_WORDS


def not_scored(
    ends: Mapping[str, date], lost: Mapping[str, Collection[str]], as_of: date, *, most: int
) -> dict[str, str]:
    """Service -> why no list is made of it, in words.

    `ends`: service -> the last day of its records; too long before `as_of` are more than `most` days. `lost`: service
    -> the tables that it lost, see `features.records.silence.lost_by_service`.
    Errors: InputError where there are services, and none is left.
    """
    old = {service: end for service, end in ends.items() if days_behind(end, as_of) > most}
    unread = {service: tables for service, tables in lost.items() if service in ends and service not in old}
    if ends and len(old) + len(unread) == len(ends):
        raise InputError(*_refused(old, unread, as_of, most))
    return {
        **{
            service: f"the records of {service} end on {day(end)}, {days_behind(end, as_of)} days before "
            f"{day(as_of)}"
            for service, end in old.items()
        },
        **{
            service: f"most of {' and of '.join(IN_WORDS[table] for table in tables)} of {service} cannot be read"
            for service, tables in unread.items()
        },
    }


def _refused(
    old: Mapping[str, date], unread: Mapping[str, Collection[str]], as_of: date, most: int
) -> Iterator[str]:
    if old:
        latest = max(old.values())
        whose = f" of {', '.join(sorted(old))}" if unread else ""
        yield (
            f"the records{whose} end on {latest}, {days_behind(latest, as_of)} days before {as_of}, where "
            f"'score.most_days_behind' allows {most}; score records that reach further, or as at "
            f"{latest + timedelta(days=1)}"
        )
    for service, tables in unread.items():
        yield (
            f"{service}: most rows of {' and of '.join(tables)} are set aside, and without them it would look as if "
            "nothing had happened; `bsw check` lists them: mend them, or map what the service writes in the "
            "configuration"
        )
