"""Which models a registry holds, with their versions and aliases: what `init` proposes from. Nothing of a run is read."""

from __future__ import annotations

from dataclasses import dataclass

from aiact_gate.model.errors import RegistryError
from aiact_gate.registry.mlflow import _as_registry_error, _opened, _settings

MAX_MODELS = 100


@dataclass(frozen=True)
class Registered:
    """One registered model."""

    name: str
    versions: tuple[str, ...]
    """Versions that can be used (READY), lowest first."""
    aliases: tuple[str, ...]


def registered_models(tracking_uri: str) -> tuple[Registered, ...]:
    """The registered models of the registry at *tracking_uri*, sorted by name, at most 100. Nothing is written.

    Raises:
        RegistryError: no registry there, or MLflow isn't installed; the fix says how to install it.
    """
    try:
        with _settings(), _opened(tracking_uri) as (client, _):
            found = []
            for model in client.search_registered_models(max_results=MAX_MODELS):
                rows = client.search_model_versions(f"name = {_literal(model.name)}", max_results=1000)
                numbers = sorted(int(row.version) for row in rows if row.status == "READY")
                aliases = tuple(sorted(str(name) for name in model.aliases or {}))
                found.append(Registered(str(model.name), tuple(str(number) for number in numbers), aliases))
            return tuple(sorted(found, key=lambda model: model.name))
    except RegistryError:
        raise
    except Exception as error:  # whatever mlflow or sqlalchemy raise ends at this door
        raise _as_registry_error(error, tracking_uri) from error


def _literal(name: str) -> str:
    """*name* as MLflow's filter language quotes it; it has no escape, so a name with both quotes finds nothing."""
    return f"'{name}'" if "'" not in name else f'"{name}"'
