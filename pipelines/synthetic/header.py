"""IDS000Header: one row per provider and month."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import text
from pipelines.synthetic.assumptions import PRIMARY_SYSTEM
from pipelines.synthetic.calendar import Months
from pipelines.synthetic.services import Services
from pipelines.synthetic.submissions import submission_id

DAYS_TO_SUBMIT = 20


def header_table(services: Services, months: Months) -> pa.Table:
    """IDS000Header of all submissions."""
    service = np.repeat(np.arange(len(services.provider)), months.count)
    month = np.tile(np.arange(months.count), len(services.provider))
    provider, size = text.code(services.provider, service), len(service)
    return pa.table(
        {
            "DatSetVer": text.constant("2.1", size),
            "OrgIDProv": provider,
            "OrgID_Provider": provider,
            "OrgIDSubmit": provider,
            "PrimSystemInUse": text.constant(PRIMARY_SYSTEM, size),
            "ReportingPeriodStartDate": text.day(months.starts[month]),
            "ReportingPeriodEndDate": text.day(months.ends[month]),
            "DateTimeDatSetCreate": text.moment((months.ends[month] + DAYS_TO_SUBMIT) * 1440 + 720),
            "File_Type": text.constant("Refresh", size),
            "UniqueSubmissionID": text.number(submission_id(service, month)),
            "Unique_MonthID": text.number(months.national_number(month)),
        }
    )
