"""Forms of the pages about people."""

from typing import Any

from django import forms

from elmweb.accounts.models import AuditEntry, Role, User

LIMITS = ("max_runs", "max_children", "max_training_hours", "max_changes")


class NewUserForm(forms.ModelForm):
    """Somebody new; the password is made up."""

    class Meta:
        model = User
        fields = ("username", "role")


class UserForm(forms.ModelForm):
    """What an admin may change of a person; an empty limit is the installation's."""

    class Meta:
        model = User
        fields = ("role", "is_active", *LIMITS)

    max_changes = forms.IntegerField(min_value=1, max_value=10**9, required=False)

    def __init__(self, *args: Any, editor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor

    def clean(self) -> dict[str, Any]:
        """Refuse to lock oneself out: so one admin stays."""
        data = super().clean() or {}
        is_demoted = data.get("role") != Role.ADMIN or not data.get("is_active")
        if self.instance == self.editor and is_demoted:
            raise forms.ValidationError(
                "You cannot take the role of an admin from yourself, or disable yourself: "
                "another admin can."
            )
        return data

    def changes(self) -> str:
        """Return in words what is different from before."""
        return ", ".join(
            f"{name.replace('_', ' ')}: {_word(self.initial.get(name))} → "
            f"{_word(self.cleaned_data[name])}"
            for name in self.changed_data
        )


def _word(value: object) -> str:
    return "usual" if value is None else str(value)


class AuditFilter(forms.Form):
    """Which entries of the audit log to show: of whom, what (``action``), from when to when."""

    name = forms.CharField(required=False, max_length=150)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
        choices = [("", "all"), *((one, one) for one in known)]
        self.fields["action"] = forms.ChoiceField(required=False, choices=choices)

    def entries(self) -> Any:
        """Return the entries that are asked for, newest first; none where the form is wrong."""
        if not self.is_valid():
            return AuditEntry.objects.none()
        asked = self.cleaned_data
        conditions = {
            "name__icontains": asked["name"],
            "action": asked["action"],
            "at__date__gte": asked["since"],
            "at__date__lte": asked["until"],
        }
        return AuditEntry.objects.filter(**{k: v for k, v in conditions.items() if v})
