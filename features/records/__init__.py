"""A service's records: what its files hold, in the names of the standard, clean and typed."""

from features.records.held import Reading, Records
from features.records.read import read_records, start_reading
from features.records.settings import SourceSettings

__all__ = ["Reading", "Records", "SourceSettings", "read_records", "start_reading"]
