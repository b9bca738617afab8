"""Shares of codes. Ethnic and deprivation shares are national ones, rounded; the rest is invented."""

from typing import Final

import numpy as np

from benchmarks.second_service.arrays import Floats

ETHNICITY: Final = {
    "A": 0.690,
    "B": 0.009,
    "C": 0.060,
    "D": 0.011,
    "E": 0.005,
    "F": 0.007,
    "G": 0.010,
    "H": 0.022,
    "J": 0.022,
    "K": 0.010,
    "L": 0.015,
    "M": 0.013,
    "N": 0.017,
    "P": 0.006,
    "R": 0.004,
    "S": 0.016,
    "Z": 0.042,
    "99": 0.059,
}
DEPRIVATION: Final = {
    "1": 0.120,
    "2": 0.115,
    "3": 0.110,
    "4": 0.105,
    "5": 0.100,
    "6": 0.097,
    "7": 0.094,
    "8": 0.090,
    "9": 0.087,
    "10": 0.082,
}
GENDER: Final = {"1": 0.325, "2": 0.665, "9": 0.004, "X": 0.006}
EMPLOYMENT: Final = {
    "01": 0.58,
    "02": 0.10,
    "03": 0.07,
    "04": 0.08,
    "05": 0.05,
    "06": 0.04,
    "07": 0.01,
    "08": 0.05,
    "ZZ": 0.02,
}
HOURS: Final = {"01": 0.62, "02": 0.25, "03": 0.08, "04": 0.01, "97": 0.02, "99": 0.02}
SOURCE: Final = {"B1": 0.72, "A1": 0.17, "A3": 0.02, "A4": 0.01, "H2": 0.02, "P1": 0.03, "M7": 0.03}
VETERAN: Final = {"02": 0.015, "05": 0.01, "03": 0.89, "UU": 0.055, "ZZ": 0.03}
STUDENT: Final = {"8": 0.80, "2": 0.05, "3": 0.09, "X": 0.04, "Z": 0.02}
MEDICATION: Final = {"01": 0.05, "02": 0.44, "03": 0.47, "UU": 0.03, "ZZ": 0.01}
DISABILITY: Final = {"NN": 0.55, "01": 0.10, "04": 0.08, "05": 0.08, "08": 0.08, "XX": 0.06, "ZZ": 0.05}

# Chance that English is not the preferred language, by ethnic category; every other category 0.02.
NOT_ENGLISH: Final = {
    "C": 0.28,
    "H": 0.10,
    "J": 0.16,
    "K": 0.20,
    "L": 0.16,
    "N": 0.08,
    "R": 0.22,
    "S": 0.28,
    "A": 0.002,
    "Z": 0.05,
    "99": 0.06,
}
LANGUAGE: Final = {
    "C": "pl",
    "H": "pa",
    "J": "ur",
    "K": "bn",
    "L": "ta",
    "N": "so",
    "R": "zh",
    "S": "ar",
}

# Presenting complaints: code (ICD-10, no dot), share, and the group that decides what is set.
COMPLAINT: Final = {
    "F321": 0.30,
    "F329": 0.14,
    "F412": 0.16,
    "F411": 0.24,
    "F410": 0.07,
    "F401": 0.05,
    "F510": 0.04,
}
COMPLAINT_GROUP: Final = {
    "F321": 0,
    "F329": 0,
    "F412": 1,
    "F411": 2,
    "F410": 3,
    "F401": 3,
    "F510": 4,
}
CONDITION: Final = {"J459": 0.30, "E119": 0.22, "I10": 0.20, "M545": 0.18, "K589": 0.10}
CIRCUMSTANCE: Final = {  # chance of each, independent of one another
    "160552003": 0.30,
    "160549006": 0.28,
    "160543007": 0.01,
    "309884000": 0.06,
    "366740002": 0.01,
    "20430005": 0.62,
    "42035005": 0.07,
    "89217008": 0.04,
    "224123004": 0.05,
    "160933000": 0.06,
    "77176002": 0.17,
    "15167005": 0.04,
    "390790000": 0.01,
}
PERINATAL: Final = "224123004"

TASK_TYPES: Final = (
    "behavioural activation",
    "thought record",
    "exposure",
    "worry management",
    "problem solving",
    "sleep",
    "relaxation",
    "psychoeducation",
    "online module",
    "mood monitoring",
    "other",
)
# Rows: depression, mixed, worry, panic or phobia, sleep. "online module" only where there is a platform.
TASK_BY_COMPLAINT: Final[Floats] = np.array(
    [
        [0.40, 0.16, 0.01, 0.02, 0.10, 0.04, 0.02, 0.05, 0.10, 0.08, 0.02],
        [0.24, 0.16, 0.05, 0.14, 0.10, 0.04, 0.05, 0.05, 0.10, 0.05, 0.02],
        [0.05, 0.14, 0.05, 0.36, 0.10, 0.03, 0.08, 0.06, 0.10, 0.02, 0.01],
        [0.03, 0.10, 0.48, 0.08, 0.02, 0.01, 0.10, 0.06, 0.10, 0.01, 0.01],
        [0.05, 0.05, 0.01, 0.08, 0.02, 0.55, 0.10, 0.05, 0.07, 0.01, 0.01],
    ]
)
DEMANDING: Final = (1, 2, 4)  # thought record, exposure, problem solving
ACTIVATION: Final = 0
ONLINE_MODULE: Final = 8
TASK_FORMATS: Final = ("workbook", "online", "app", "audio", "other")
