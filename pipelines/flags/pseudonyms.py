"""Names for patients on pages: a keyed hash of the local id, with a key that stays with the service.

A page may be left in a printer. It then names nobody: only who holds the key, or the list that is kept beside
it, can say whose it is. The same patient has the same pseudonym in every run with the same key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from features.errors import InputError
from pipelines.flags.settings import ScoreSettings
from pipelines.store import partial_of

KEY, LIST = "key", "pseudonyms.csv"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: none is mistaken for another when read out
LENGTH = 10  # 50 bits: two of 100,000 patients share one once in 200,000 services
BYTES = 32


def shown_names(patients: Iterable[str], settings: ScoreSettings, *, out: Path) -> Mapping[str, str]:
    """Local id -> what pages call the patient. The list of who is who is written where pseudonyms are used.

    Errors: InputError where the key cannot be kept apart from the pages in `out`, or is no key.
    """
    everyone = sorted(set(patients))
    if settings.ids == "local":
        return {patient: patient for patient in everyone}
    folder = Path(settings.pseudonyms)
    if folder.resolve().is_relative_to(out.resolve()):
        raise InputError(
            f"setting 'score.pseudonyms': {folder} lies in {out}, beside the pages it would lay open; "
            "name a folder elsewhere"
        )
    key = _key(folder)
    names = {patient: pseudonym(key, patient) for patient in everyone}
    _keep_list(folder / LIST, names)
    return names


def pseudonym(key: bytes, local_id: str) -> str:
    """The pseudonym of a local id, such as K7QX4-9WRTM: a keyed hash (HMAC, SHA-256), cut to 50 bits."""
    number = int.from_bytes(hmac.new(key, local_id.encode(), hashlib.sha256).digest(), "big")
    letters = "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def _key(folder: Path) -> bytes:
    """The key in the folder; made where there is none yet."""
    path = folder / KEY
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write_private(path, secrets.token_hex(BYTES) + "\n")
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"pseudonyms: {path} cannot be kept or read ({error})") from None
    if not re.fullmatch(rf"[0-9a-f]{{{2 * BYTES}}}", text):
        raise InputError(
            f"pseudonyms: {path} holds no key of {2 * BYTES} hexadecimal digits; restore it from your backup, or "
            "remove it to begin with new pseudonyms"
        )
    return bytes.fromhex(text)


def _keep_list(path: Path, names: Mapping[str, str]) -> None:
    """Who is who: everybody of earlier runs too, so that an old page can still be linked back."""
    known = pd.DataFrame({"patient_id": names.keys(), "pseudonym": names.values()}, dtype=str)
    if path.exists():
        known = pd.concat([pd.read_csv(path, dtype=str), known]).drop_duplicates()
    known = known.sort_values(["patient_id", "pseudonym"])
    shared = known.loc[known["pseudonym"].duplicated(), "pseudonym"]
    if len(shared):
        raise InputError(f"pseudonyms: two patients share {shared.iloc[0]}; remove {path.parent / KEY}")
    _write_private(path, known.to_csv(index=False, lineterminator="\n"))


def _write_private(path: Path, text: str) -> None:
    """A file that nobody else on this machine may read, whole or not at all."""
    partial = partial_of(path)
    partial.unlink(missing_ok=True)
    with os.fdopen(
        os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    partial.replace(path)
