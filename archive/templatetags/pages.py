"""Tags and filters of the pages: icons, drawings, numbers as people read them."""

import math
from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypeGuard

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString

from archive import drawings, terrain_form
from elmweb.accounts.models import User
from simulation.terrain import make_terrain
from workers.mutation.hunks import HOW

register = template.Library()
NONE = "–"


def _is_known(value: object) -> TypeGuard[float]:
    """Say whether there is a number; a name that a template does not find is an empty text."""
    return isinstance(value, int | float) and math.isfinite(value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return one of the icons of static/icons.svg."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.filter
def changeable_by(row: dict[str, Any], user: User) -> bool:
    """Say whether ``user`` may change what a row with an ``owner_id`` shows."""
    return user.may_change(SimpleNamespace(owner_id=row["owner_id"]))


@register.filter
def body(walker: dict[str, Any] | None) -> SafeString:
    """Return a walker's body as a thumbnail."""
    return drawings.body_svg(walker)


@register.filter
def terrain(spec: str) -> SafeString:
    """Return a picture of the terrain with this spec."""
    return drawings.terrain_svg(make_terrain(spec))


@register.filter
def terrain_title(spec: str) -> str:
    """Return what people call the terrain with this spec."""
    return terrain_form.title_of(spec)


@register.filter
def spark(values: Sequence[float]) -> SafeString:
    """Return a curve without axes."""
    return drawings.sparkline(values)


@register.filter
def amount(value: float | None) -> str:
    """Return a distance or score with three significant places."""
    if not _is_known(value):
        return NONE
    size = abs(value)
    return f"{value:,.{0 if size >= 100 else 1 if size >= 10 else 2}f}".replace("-", "−")


@register.filter
def signed(value: float | None) -> str:
    """Return a number with its sign."""
    return NONE if not _is_known(value) else f"{value:+.1f}".replace("-", "−")


@register.filter
def percent(share: float | None) -> str:
    """Return a share as percent."""
    if not _is_known(share):
        return NONE
    return f"{share * 100:.{2 if 0 < share < 0.001 else 1}f} %"


@register.filter
def count(value: float | None) -> str:
    """Return a whole number with separators."""
    return NONE if not _is_known(value) else f"{round(value):,}"


@register.filter
def duration(seconds: float | None) -> str:
    """Return seconds as "41 s", "3 min 20 s", "42 min", "2 h 05 min" or "3 d 4 h"."""
    if not _is_known(seconds):
        return NONE
    s = max(0, round(seconds))
    if s < 60:
        return f"{s} s"
    if s < 600:
        return f"{s // 60} min {s % 60:02d} s"
    if s < 3600:
        return f"{s // 60} min"
    if s < 86400:
        return f"{s // 3600} h {s % 3600 // 60:02d} min"
    return f"{s // 86400} d {s % 86400 // 3600} h"


@register.filter
def moment(text: str | datetime) -> datetime | None:
    """Return the time that an ISO text names."""
    return parse_datetime(text) if isinstance(text, str) else text


@register.filter
def words(name: str) -> str:
    """Return the name of an outcome as words."""
    return name.replace("_", " ")


@register.filter
def ago(text: str | datetime) -> str:
    """Return how long ago a time was, in its largest unit."""
    then = moment(text)
    if then is None:
        return NONE
    seconds = (timezone.now() - then).total_seconds()
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            n = int(seconds // size)
            return f"{n} {unit}{'' if n == 1 else 's'} ago"
    return "just now"


@register.filter
def share_of(part: float | None, whole: float | None) -> str:
    """Return ``part`` of ``whole`` as a CSS percentage."""
    return f"{min(100.0, 100 * (part or 0) / whole):.1f}%" if whole else "0%"


@register.filter
def how_applied(how: str) -> str:
    """Return in a sentence what it took to apply an edit to its parent."""
    return HOW.get(how, words(how))


@register.filter
def seconds(value: float | None) -> str:
    """Return a short time: "0.21 s"."""
    return NONE if not _is_known(value) else f"{value:,.2g} s" if value < 10 else duration(value)


@register.filter
def money(value: float | None) -> str:
    """Return a cost in the units of the model's prices, however small."""
    return NONE if not _is_known(value) else f"{value:,.2f}" if value >= 1 else f"{value:.2g}"


@register.filter
def card_words(value: object) -> str:
    """Return what stands in a model's card as words: nested parts in one line."""
    if isinstance(value, dict):
        return ", ".join(
            f"{str(key).replace('_', ' ')} {card_words(v)}" for key, v in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(card_words(part) for part in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return NONE if value is None else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
