"""Signing up, signing in, and settings."""

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from conduit.forms import TextAreaField


class AccountForm(forms.ModelForm):
    """What signing up and the settings have in common. A password counts as it was typed, spaces and all."""

    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ["username", "email"]
        # By these words, browsers and password managers know what belongs where.
        widgets = {
            "username": forms.TextInput(attrs={"autocomplete": "username"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def clean_password(self):
        password = self.cleaned_data["password"]
        if password:
            password_validation.validate_password(password, self.instance)
        return password

    def try_to_save(self):
        """Save, and give back the account; or None, with a message in the form. Only the database can see two people
        who take a name at the same moment."""
        if self.cleaned_data["password"]:
            self.instance.set_password(self.cleaned_data["password"])
        try:
            with transaction.atomic():
                return self.save()
        except IntegrityError:
            self.add_error(None, "This name or this address has just been taken.")
            return None


class SignUpForm(AccountForm):
    """A name, an address and a password: all that an account needs."""


class SettingsForm(AccountForm):
    field_order = ["image", "username", "bio", "email", "password"]

    class Meta(AccountForm.Meta):
        fields = ["image", "username", "bio", "email"]
        field_classes = {"bio": TextAreaField}
        widgets = {
            **AccountForm.Meta.widgets,
            "bio": forms.Textarea(attrs={"rows": 6, "placeholder": "Short bio about you"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False
        self.fields["password"].label = "New password"
        self.fields["password"].help_text = "Leave it empty to keep the one you have."


class SignInForm(forms.Form):
    """Who is there, if address and password belong together. What is wrong with them is not told."""

    email = forms.CharField(
        label="E-mail address", max_length=200, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, request, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self):
        email, password = (self.cleaned_data.get(name, "") for name in ("email", "password"))
        self.user = authenticate(self.request, username=email, password=password)
        if self.user is None:
            raise ValidationError("E-mail address or password is wrong.")

    def get_user(self):
        return self.user
