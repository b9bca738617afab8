"""A service's records: what its files hold, in the names of the standard, clean and typed."""

from features.records.read import Records, read_records
from features.records.settings import SourceSettings

__all__ = ["Records", "SourceSettings", "read_records"]
