"""Every number of the synthetic service, each with its source or the word assumption."""

from __future__ import annotations

from datetime import date

LAST_DAY = date(2025, 9, 30)  # assumption: the end of the extract, fixed so that nothing reads a clock
PRIMARY_SYSTEM = "BSW-SYNTHETIC"
BLOCK_OF_PATHWAYS = 25_000  # simulated and written together: bounds memory, no effect on what is modelled

# --- margins of people: referrals received, England, 2023-24, NHS Talking Therapies annual report (OGL v3.0)
ETHNIC_CATEGORIES = {
    "A": 1_216_940, "B": 14_797, "C": 100_816, "D": 21_771, "E": 7_297, "F": 12_110, "G": 19_381,
    "H": 44_885, "J": 38_101, "K": 16_639, "L": 28_512, "M": 30_500, "N": 37_719, "P": 8_985,
    "R": 8_351, "S": 37_344, "Z": 120_000, "99": 65_054,  # the publication gives Z and 99 together: 185,054
}  # fmt: skip
GENDERS = {"2": 1_203_832, "1": 597_540, "9": 6_437, "X": 21_393}
AGE_BANDS = {(16, 17): 31_800, (18, 25): 368_291, (26, 64): 1_305_763, (65, 74): 77_190, (75, 89): 44_315}
# Decile 1 = most deprived here; the publication numbers them the other way round.
DEPRIVATION_DECILES = {
    "1": 243_824, "2": 229_692, "3": 218_477, "4": 202_601, "5": 183_565,
    "6": 172_207, "7": 155_567, "8": 148_522, "9": 137_884, "10": 122_603, "": 14_260,
}  # fmt: skip
# Finished courses with each complaint, England, 2023-24, same publication; F99 stands for the rest.
COMPLAINTS = {
    "F321": 200_000, "F331": 84_801, "F411": 176_010, "F431": 41_504, "F401": 18_095, "F42": 17_526,
    "F412": 16_667, "F410": 15_712, "F452": 10_648, "F402": 6_307, "F400": 4_687, "F439": 25_253,
    "F99": 8_815,
}  # fmt: skip

# --- people: assumptions
OTHER_LANGUAGE_BY_ETHNICITY = {"A": 0.002, "B": 0.01, "C": 0.25, "Z": 0.06, "99": 0.06}
OTHER_LANGUAGE_ELSE = 0.14
LANGUAGES = {"pl": 3, "ur": 3, "pa": 2, "bn": 2, "ro": 2, "ar": 2, "so": 1, "pt": 2, "fa": 1}
LONG_TERM_CONDITION_AT_30, LONG_TERM_CONDITION_PER_YEAR = 0.28, 0.007
LONG_TERM_CONDITIONS = {
    "195967001": 24, "73211009": 13, "373673007": 20, "928000": 15, "53619000": 9, "56265001": 7,
    "13645005": 4, "84757009": 3, "95320005": 4, "363346000": 2,
}  # fmt: skip
RELIGIONS = {
    "160552003": 50, "160549006": 38, "309884000": 6, "160545000": 2, "366740002": 1, "763896000": 3,
}  # fmt: skip
ORIENTATIONS = {"20430005": 90, "76102007": 4, "42035005": 6}
NO_LONG_TERM_CONDITION = "748031000000103"
SECOND_REFERRALS = 0.08
FEWER_REFERRALS_AT_CHRISTMAS = 0.12  # share below the year's mean
DAYS_TO_SECOND_REFERRAL = (200.0, 0.8)  # median and log-sd: some begin while the first is still open

# --- services and practitioners: assumptions
PATHWAYS_PER_PWP = 90
PATHWAYS_PER_THERAPIST = 350
TRAINEES = 0.2
YEARS_SINCE_QUALIFIED = (3.5, 0.8)  # median and log-sd
CASELOAD_SPREAD = 0.3  # log-sd of the patients that PWPs of one service are given

# --- pathways: assumptions unless a source is named
# ASSESSED, TREATED and ASSESSMENT_TREATS are fitted: 1.24m entering treatment of 1.83m referrals (England,
# 2021-23), 37% finishing a course, which takes two treatment sessions (2023-24).
ASSESSED, TREATED, ASSESSMENT_TREATS = 0.76, 0.605, 0.85
NOT_TREATED_BELOW_CASENESS = 0.85
NEVER_OFFERED = 0.75  # of those never seen: no appointment was made
TREATED_IF_SEVERE = 0.3  # log-odds per sd: fewer are treated below caseness
HIGH_INTENSITY, GROUP, COMPUTER = 0.08, 0.05, 0.22
MILDER_ONLINE_OR_IN_GROUPS = 0.8  # fitted: they start one to two points lower, England, 2023-24
# Days, median and log-sd, fitted: first treatment within 28 days for 81%, second within 28 more for 43%
# and after more than 90 for 22% (finished courses, England, 2023-24).
WAIT_FOR_ASSESSMENT, WAIT_FOR_TREATMENT = (6.6, 1.0), (49.0, 1.08)
DAYS_BETWEEN_SESSIONS = (11.0, 0.38)
PLANNED_SESSIONS = (7.6, 1.8)  # finished courses had 7.9 contacts on average, England 2021-22
HIGH_INTENSITY_SESSIONS = (11.0, 2.5)
APPOINTMENTS = 20  # the most in one pathway
FOLLOW_UPS = 0.2
MISSED, MISSED_CODES = 0.12, {"3": 0.5, "2": 0.34, "4": 0.1, "7": 0.06}  # ~12%: secondary source, 2020
LEAVE_AFTER_SESSION = 0.035
LEAVE_AFTER_TWO_MISSED = 0.55

# --- symptoms: first scores of finished courses are near PHQ-9 14-15 and GAD-7 13 (PROMs, England)
PHQ9, GAD7 = "720433000", "445455005"
# Complaint -> the measure of that disorder, its highest score (0 is the lowest but for worry, 16). Assumption: a
# measure's share of its scale goes with the GAD-7's.
ANXIETY_MEASURES = {
    "F411": ("446517006", 80), "F431": ("491581000000104", 80), "F401": ("445552006", 68),
    "F42": ("450324005", 168), "F410": ("450326007", 28), "F452": ("446793008", 54),
}  # fmt: skip
ANXIETY_MEASURE_LOWEST = {"446517006": 16}
ANXIETY_MEASURE_FILLED, ANXIETY_MEASURE_ERROR = 0.6, 0.08
WSAS = ("932621000000100", "932581000000100", "932611000000106", "932591000000103", "932601000000109")
FIRST_PHQ9, FIRST_GAD7, FIRST_WSAS = (13.3, 6.1), (12.6, 5.1), (17.4, 9.0)
# Fitted to last scores, recovery, reliable improvement and deterioration, England, 2023-24: how much patients
# differ in what treatment does for them, and how much scores move between contacts for no known reason.
RESPONSE_SHAPE, SERVICE_RESPONSE_SD, SERVICE_GOES_ON_SD = 1.15, 0.10, 0.42
SHOCK_PHQ9, SHOCK_GAD7, SHOCK_WSAS = 1.8, 1.6, 3.2

# --- what happens: assumptions; causes and effects are in `mechanism`
LIFE_EVENT, LIFE_EVENT_SIZE, LIFE_EVENT_FADES = 0.045, 1.6, 0.75

# --- recording: assumptions
QUESTIONNAIRE_MISSING = 0.10
PWP_SPEAKS_THE_LANGUAGE = 0.25  # of those who need an interpreter; no figure is published
INTERPRETED_RECORDED_AS_OWN_LANGUAGE = 0.6  # else the service records English; no figure is published
WSAS_AT_SESSIONS = 0.3
TASKS_SET = 0.88  # more than the 61% of Peretz 2023: low-intensity treatment rests on it
TASKS_SET_AT_ASSESSMENT, TASKS_SET_AT_LAST = 0.3, 0.35  # a long wait, or nobody to review it, follows
SECOND_TASK = 0.25
PLANNING_BLANK = 0.12
CONFIDENCE_RECORDED, HELPFULNESS_RECORDED = 0.62, 0.5
RATINGS_RECORDED = 0.45  # of a service's own forms, before a practitioner's habit
REVIEWED, REVIEWED_BY_RARE = 0.9, 0.35
RARE_REVIEWERS = 0.1
REVIEWED_LATER, REVIEWED_BY_MESSAGE = 0.3, 0.07
WRONGLY_REVIEWED = 0.03  # what is written is not what was done
DAYS_RESUBMITTED = 15  # contacts this close to the month's start are submitted again
CORRECTED = 0.01
DIRTY_ROWS = 0.001

BEGINS_MEDICATION, STOPS_MEDICATION = 0.10, 0.08  # of pathways, at one of the first contacts

# --- platform: tuned by `bsw compare-logins` to the rhythm of 342 users of a guided programme (Côté-Allard et
# al. 2022), of which only such aggregates are here
DAYS_WITH_LOGIN_PER_WEEK = 2.4  # of the usual patient, in a later week in which the work is done
IF_NOT_DONE, FIRST_WEEKS, FADES_PER_WEEK = 0.45, (1.6, 1.3), 0.98  # times as many
DIFFER_IN_LOGINS = 0.45  # log-sd between patients
LOGINS_AGAIN_SAME_DAY = 0.24  # on average; some people ten times as often as others
WEEKEND = 0.5  # of a weekday's
LOGIN_MINUTES = (15.0, 1.25, 240)  # median, log-sd, longest
HOURS_OF_LOGIN = (
    0,
    0,
    0,
    0,
    0,
    1,
    2,
    4,
    6,
    7,
    7,
    8,
    7,
    7,
    6,
    5,
    6,
    7,
    7,
    6,
    5,
    4,
    2,
    1,
)  # percent, from midnight
LOGINS_END_AFTER, OPEN_AFTER_DISCHARGE = 56, 56  # days without a session; days for which access stays open
