"""A second, independent generator of synthetic NHS Talking Therapies records."""

from benchmarks.second_service.writing import write_second_service

__all__ = ["write_second_service"]
