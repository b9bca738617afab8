"""Where figures come from, as MLflow keeps it: records, build, code, configuration and environment."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from models.withheld import RULES, count_shown
from pipelines.config import Config
from pipelines.registry.code_in_use import code_in_use

NHS = RULES["nhs"]


@dataclass(frozen=True)
class Lineage:
    """The build that a step read: `built` is its fingerprint, `manifest` what it says of itself."""

    built: str
    manifest: Mapping[str, Any]

    @property
    def tags(self) -> dict[str, str]:
        """What runs and versions are found by: fingerprints of the records, the build and the code."""
        code = code_in_use()
        return {
            "records": str(self.manifest["inputs"].get("source", "")),
            "records_up_to": str(self.manifest["records_up_to"]),
            "synthetic": str(self.manifest["synthetic"]),
            "build": self.built,
            "code": code.version,
            "code_fingerprint": code.fingerprint,
        }

    @property
    def shown(self) -> dict[str, Any]:
        """The build's manifest with its count as it may be told: to the digit it stands in WORK alone."""
        counts = {
            name: count_shown(self.manifest[name], NHS) for name in ("points",) if name in self.manifest
        }
        return {**self.manifest, **counts}

    def log(self, config: Config) -> None:
        """Into the present run: the tags, the build's manifest, the configuration and the environment."""
        import mlflow

        mlflow.set_tags(self.tags)
        mlflow.log_dict(self.shown, "build_manifest.json")
        mlflow.log_dict(config.as_table(), "configuration.json")
        mlflow.log_text(environment(), "environment.txt")


def environment() -> str:
    """Python and every installed package with its version, one a line: no path and no address."""
    installed = {f"{one.name}=={one.version}" for one in metadata.distributions()}
    return "\n".join([f"# python {platform.python_version()}", *sorted(installed, key=str.lower)]) + "\n"


def flat(settings: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Each setting by its dotted name, as MLflow's parameters need them."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{where}.{name}")
        else:
            yield f"{where}.{name}", value
