"""What the synthetic service records is a matter of its settings, apart from what truly happened."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from features.errors import InputError
from pipelines.synthetic.calendar import months_until_last_day
from pipelines.synthetic.record_keeping import Numbering
from pipelines.synthetic.service_block import draw_block, tables_of
from pipelines.synthetic.services import draw_services
from pipelines.synthetic.settings import Inequities, SyntheticSettings, as_called
from pipelines.synthetic.truth import CONTACTS

MONTHS = months_until_last_day(12)
LOCAL = {"BSW001TaskSet", "BSW002TaskReview", "BSW003SessionRating", "BSW004PlatformSession"}


def made(settings: SyntheticSettings, *, pathways: int = 400) -> dict[str, pa.Table]:
    services, staff = draw_services(5, 2, pathways=pathways)
    numbers = Numbering(2)
    block = draw_block(
        5,
        0,
        size=pathways,
        services=services,
        staff=staff,
        months=MONTHS,
        numbers=numbers,
        settings=settings,
    )
    return tables_of(block, numbers)


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        (("BSW003",), {"BSW003SessionRating"}),
        (("BSW001",), {"BSW001TaskSet", "BSW002TaskReview"}),
        (("BSW001", "BSW003"), LOCAL - {"BSW004PlatformSession"}),
    ],
)
def test_a_service_may_lack_local_tables_and_all_else_stays(without: tuple[str, ...], gone: set[str]) -> None:
    whole, fewer = made(SyntheticSettings()), made(SyntheticSettings(without=without))
    assert whole.keys() - fewer.keys() == gone
    assert fewer[CONTACTS].equals(whole[CONTACTS])
    assert fewer["BSW004PlatformSession"].num_rows > 100


def test_old_months_come_under_old_names_and_no_value_is_lost() -> None:
    contacts = made(SyntheticSettings(old_names_months=4))["IDS201CareContact"].to_pandas()
    early = contacts["UniqueSubmissionID"].astype(int) % 1000 < 4
    assert contacts.loc[early, "ConsMechanism"].isna().all()
    assert contacts.loc[early, "ConsMediumUsed"].notna().all()
    assert contacts.loc[~early, "ConsMediumUsed"].isna().all()
    new = made(SyntheticSettings(old_names_months=0))["IDS201CareContact"].to_pandas()
    both = contacts["ConsMechanism"].fillna(contacts["ConsMediumUsed"])
    pd.testing.assert_series_equal(both, new["ConsMechanism"], check_names=False)


def first_months(settings: SyntheticSettings) -> pd.Series:
    """How many months after its own each contact is first submitted."""
    contacts = made(settings)["IDS201CareContact"].to_pandas()
    contacts = contacts[contacts["CareContactId"].str.startswith("C", na=False)].copy()
    submitted = contacts["UniqueSubmissionID"].astype(int) % 1000
    day = pd.to_datetime(contacts["CareContDate"], errors="coerce")
    contacts["lag"] = submitted - ((day.dt.year - 2024) * 12 + day.dt.month - 10)
    return contacts.groupby(["OrgID_Provider", "CareContactId"])["lag"].min()


def test_some_contacts_are_entered_late_and_reach_only_a_later_submission() -> None:
    assert (first_months(SyntheticSettings(late_entry=0.0)) == 0).all()
    late = first_months(SyntheticSettings(late_entry=0.1))
    assert 0.04 < (late > 0).mean() < 0.4
    assert late.max() <= 2


def test_a_refreshed_extract_holds_what_was_derived_after_the_event_in_every_row() -> None:
    as_stood, anew = (
        made(SyntheticSettings(derived_anew=refreshed))["IDS101Referral"].to_pandas()
        for refreshed in (False, True)
    )
    one = ["OrgID_Provider", "ServiceRequestId"]
    derived = ["CareContact_Count", "PHQ9_LastScore", "CompletedTreatment_Flag"]
    assert (as_stood.groupby(one)[derived].nunique() > 1).any().all()
    clean = anew[anew["ServiceRequestId"].str.startswith("R", na=False)]
    assert (clean.groupby(one)[derived].nunique(dropna=False) == 1).all().all()
    pd.testing.assert_series_equal(
        anew["EndCode"], as_stood["EndCode"]
    )  # submitted, so known only when it happened


def test_switches_of_a_call_join_those_of_the_configuration() -> None:
    given = SyntheticSettings(without=("BSW003",), inequities=Inequities(planning=0.5))
    called = as_called(given, without=["BSW004"], plant=["completion=0.4"])
    assert called.without == ("BSW003", "BSW004")
    assert called.inequities.planted() == {"planning": 0.5, "completion": 0.4}


def test_every_switch_that_is_none_is_told_with_the_remedy() -> None:
    with pytest.raises(InputError) as error:
        as_called(SyntheticSettings(), plant=["plannning=1", "completion=much"])
    assert len(error.value.faults) == 2
    assert "did you mean 'planning'?" in error.value.faults[0]
    for wrong in ({"without": ["BSW009"]}, {"plant": ["recording=3"]}):
        with pytest.raises(InputError):
            as_called(SyntheticSettings(), **wrong)
