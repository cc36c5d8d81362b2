"""Django system checks: what will not work on this machine, said at the start of every command."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from elmweb import installation


@register(Tags.compatibility)
def installation_is_complete(**kwargs: Any) -> list[CheckMessage]:
    """Warn of what a run needs and this machine lacks; fast, and without loading torch."""
    looked_at = {
        "elmweb.W001": installation.message_broker(),
        "elmweb.W002": installation.sandbox(),
        "elmweb.W003": installation.weights(),
    }
    return [
        Warning(f"{finding.name}: {finding.detail}", hint=finding.advice, id=number)
        for number, finding in looked_at.items()
        if not finding.ok
    ]
