"""The registry of domains: a new one is one file and one line here."""

from simulation.domains import sodarace
from simulation.domains.base import Axis, Domain, SeedInfo

__all__ = ["DOMAINS", "Axis", "Domain", "SeedInfo", "get_domain"]

DOMAINS = {domain.name: domain for domain in (sodarace.DOMAIN,)}


def get_domain(name: str) -> Domain:
    """Return the domain called ``name``.

    Raises:
        ValueError: no such domain; the message names those that there are.
    """
    if name not in DOMAINS:
        raise ValueError(f"unknown domain {name!r}: use one of {', '.join(DOMAINS)}")
    return DOMAINS[name]
