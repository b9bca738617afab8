"""Small random services for the contract tests: few patients, two providers, everything that can go awry.

Local ids recur at both providers on purpose; patients have a second referral at times, on the very same
day; some contacts carry no time; values change in later submissions.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.contract.small_session import add_session
from tests.contract.small_writer import Frames, Writer

FIRST_DAY = date(2024, 1, 1)
PHQ9, GAD7 = "720433000", "445455005"
WSAS = ("932621000000100", "932581000000100", "932611000000106", "932591000000103", "932601000000109")

CIRCUMSTANCES = ("160933000", "224123004", "77176002")
ANXIETY = ("446793008", "473354003")


def small_service(seed: int, patients: int = 4, months: int = 6) -> Frames:
    """Tables of the standard, by name, as frames with Python dates, times and datetimes."""
    writer = Writer(seed)
    for provider in ("AAA01", "BBB02"):
        for month in range(months):
            _submission(writer, provider, month)
        _staff(writer, provider)
        for patient in range(patients):
            _patient(writer, provider, f"P{patient}", months)
    return writer.frames()


def month_start(month: int) -> date:
    """The first day of a month, counted from the first month."""
    return date(
        FIRST_DAY.year + (FIRST_DAY.month - 1 + month) // 12, (FIRST_DAY.month - 1 + month) % 12 + 1, 1
    )


def _submission(writer: Writer, provider: str, month: int) -> None:
    writer.add(
        "IDS000Header",
        OrgID_Provider=provider,
        OrgIDProv=provider,
        DatSetVer="2.1",
        PrimSystemInUse="BSW-SYNTHETIC",
        UniqueSubmissionID=f"{provider}-{month}",
        ReportingPeriodStartDate=month_start(month),
        ReportingPeriodEndDate=month_start(month + 1) - timedelta(days=1),
    )


def _staff(writer: Writer, provider: str) -> None:
    for practitioner in ("S1", "S2"):
        for level, days in (
            ("01", -400),
            (str(writer.one_of("11", "02")), int(writer.chance.integers(-90, 90))),
        ):
            writer.add(
                "IDS902CarePersQual", OrgID_Provider=provider, UniqueSubmissionID=f"{provider}-0",
                CarePersLocalId=practitioner, QualAttainLevelIAPT=level,
                QualAwardedDate=FIRST_DAY + timedelta(days=days),
            )  # fmt: skip


def _patient(writer: Writer, provider: str, patient: str, months: int) -> None:
    chance = writer.chance
    received = FIRST_DAY + timedelta(days=int(chance.integers(60)))
    own = {"OrgID_Provider": provider, "LocalPatientId": patient}
    decile = int(chance.integers(1, 11))
    for month in range(months):
        changed = decile if month < 3 or chance.random() < 0.7 else int(chance.integers(1, 11))
        writer.add(
            "IDS001MPI", **own, UniqueSubmissionID=f"{provider}-{month}", Gender="2", EthnicCategory="A",
            PersonBirthDate=date(1980, 5, 17), LanguageCodePreferred=writer.one_of("en", "ur", None),
            IndicesOfDeprivationDecile=changed,
        )  # fmt: skip
    for month in range(months):
        writer.add(
            "IDS004EmpStatus", **own, UniqueSubmissionID=f"{provider}-{month}",
            EmployStatus=writer.one_of("01", "02", "05", "ZZ"), EmployStatusRecDate=month_start(month),
            BenefitRecInd=writer.one_of("Y", "N", "U"), SickAbsenceInd=writer.one_of("Y", "N", None),
        )  # fmt: skip
    _circumstances(writer, own, received)
    for referral in range(2 if chance.random() < 0.5 else 1):
        same_day = received if chance.random() < 0.5 else received + timedelta(days=3)
        _referral(writer, provider, patient, f"{patient}R{referral}", same_day)


def _circumstances(writer: Writer, own: dict[str, object], received: date) -> None:
    own = {**own, "UniqueSubmissionID": f"{own['OrgID_Provider']}-0"}
    for code in CIRCUMSTANCES:
        writer.add(
            "IDS011SocPerCircumstances", **own, SocPerCircumstance=code,
            SocPerCircumstanceRecDate=received + timedelta(days=int(writer.chance.integers(0, 40))),
        )  # fmt: skip
    for days in (0, 25):
        writer.add(
            "IDS003AccommStatus", **own, SettledAccommodationInd=writer.one_of("Y", "N", None),
            AccommodationTypeDate=received + timedelta(days=days),
        )  # fmt: skip
    for diagnosis in ("F320", "F411"):
        writer.add(
            "IDS601MedHistPrevDiag", **own, PrevDiag=diagnosis,
            DiagDate=writer.maybe(received - timedelta(days=int(writer.chance.integers(-30, 900)))),
        )  # fmt: skip


def _referral(writer: Writer, provider: str, patient: str, referral: str, received: date) -> None:
    chance = writer.chance
    own = {"OrgID_Provider": provider, "ServiceRequestId": referral, "UniqueSubmissionID": f"{provider}-1"}
    discharge = received + timedelta(days=int(chance.integers(40, 160)))
    writer.add(
        "IDS101Referral", **own, LocalPatientId=patient, ReferralRequestReceivedDate=received,
        SourceOfReferralIAPT=writer.one_of("B1", "A1", "N1"), PrevDiagCondInd=writer.one_of("Y", "N", "U"),
        ServDischDate=writer.maybe(discharge, 0.5),
    )  # fmt: skip
    writer.add(
        "IDS602LongTermCondition",
        **own,
        LongTermCondition=writer.one_of("195967001", "928000", "748031000000103"),
    )
    for complaint in ("F411", writer.one_of("F320", "F400")):
        recorded = writer.maybe(received, 0.5)
        writer.add("IDS603PresentingComplaints", **own, PresComp=complaint, PresCompDate=recorded)
    writer.add(
        "IDS606CodedScoreAssessmentRefer", **own, CodedAssToolType=PHQ9, PersScore=float(chance.integers(28)),
        AssToolCompDate=received, AssToolCompTime=writer.maybe(time(9, 30)),
    )  # fmt: skip
    day = received
    for number in range(int(chance.integers(1, 6))):
        day += timedelta(days=int(chance.integers(0, 15)))
        _contact(writer, provider, referral, number, day)
    _logins(writer, provider, referral, received)


def _contact(writer: Writer, provider: str, referral: str, number: int, day: date) -> None:
    chance = writer.chance
    contact, at = f"{referral}C{number}", writer.maybe(time(int(chance.integers(8, 18)), 0))
    own = {"OrgID_Provider": provider, "UniqueSubmissionID": f"{provider}-2"}
    attended = writer.one_of("5", "5", "5", "6", "7", "3", "2")
    shape = {
        "CareContactId": contact, "ServiceRequestId": referral, "CareContDate": day, "CareContTime": at,
        "AppType": writer.one_of("01", "02", "02"), "ClinContDurOfCareCont": writer.one_of(30, 50, None),
        "ConsMechanism": writer.one_of("01", "02", "11"), "CareContPatientTherMode": "1",
        "InterpreterPresentInd": writer.one_of("1", "4", None), "PsychMed": writer.one_of("02", "03", None),
        "LanguageCodeTreat": writer.one_of("en", "ur", None), "Cancellation": writer.one_of("Y", "Y", "N"),
    }  # fmt: skip
    writer.add("IDS201CareContact", **own, **shape, AttendOrDNACode=attended)
    if chance.random() < 0.2:
        later = {**own, "UniqueSubmissionID": f"{provider}-4"}
        writer.add("IDS201CareContact", **later, **shape, AttendOrDNACode="3")
    if attended not in ("5", "6"):
        return
    activity = f"{contact}A"
    writer.add(
        "IDS202CareActivity", **own, CareActId=activity, CareContactId=contact,
        CarePersLocalId=writer.one_of("S1", "S2"), CodeProcAndProcStatus="748051000000105",
    )  # fmt: skip
    for tool, top in ((PHQ9, 28), (GAD7, 22), *((item, 9) for item in WSAS), (writer.one_of(*ANXIETY), 6)):
        if chance.random() < 0.9:
            score = float(chance.integers(top))
            writer.add(
                "IDS607CodedScoreAssessmentAct",
                **own,
                CareActId=activity,
                CodedAssToolType=tool,
                PersScore=score,
            )
    add_session(writer, provider, referral, number, contact, day)


def _logins(writer: Writer, provider: str, referral: str, received: date) -> None:
    start = datetime.combine(received, time(20, 0))
    for _ in range(int(writer.chance.integers(0, 5))):
        start += timedelta(hours=int(writer.chance.integers(1, 200)))
        writer.add(
            "BSW004PlatformSession", OrgID_Provider=provider, ServiceRequestId=referral, SessionStart=start,
            SessionEnd=writer.maybe(start + timedelta(minutes=int(writer.chance.integers(1, 90)))),
            ModulesCompleted=writer.one_of(0.0, 1.0, None), MessagesSent=writer.one_of(0.0, 2.0, None),
        )  # fmt: skip
