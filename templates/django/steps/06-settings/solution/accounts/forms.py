"""The forms to sign up and to sign in, and the settings."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.core.exceptions import ValidationError

from accounts import throttle
from accounts.models import User
from conduit.forms import TextAreaField


class SignUpForm(BaseUserCreationForm):
    """Django's form has two fields for the password. Ours has one, with the name `password`."""

    password1 = password2 = None
    password = forms.CharField(
        max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ["username", "email"]

    def validate_password_for_user(self, user, password_field_name="password"):  # noqa: S107
        super().validate_password_for_user(user, password_field_name)

    def set_password_and_save(self, user, password_field_name="password", commit=True):  # noqa: S107
        return super().set_password_and_save(user, password_field_name, commit)


class SignInForm(AuthenticationForm):
    """Users sign in with the e-mail. Django calls this field `username`, and the page calls it `email`."""

    def add_prefix(self, field_name):
        return "email" if field_name == "username" else field_name

    def clean(self):
        if self.errors:
            return self.cleaned_data
        email = self.cleaned_data["username"].lower()
        if throttle.is_blocked(email):
            raise ValidationError("Too many attempts. Try again later.", code="throttled")
        super().clean()  # raises an error if the password is wrong
        throttle.forget(email)
        return self.cleaned_data


class SettingsForm(SignUpForm):
    class Meta(SignUpForm.Meta):
        fields = ["image", "username", "bio", "email"]
        field_classes = {**SignUpForm.Meta.field_classes, "bio": TextAreaField}
        widgets = {"bio": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False
        self.fields["password"].label = "New password"
        del self.fields["email"].widget.attrs["autofocus"]  # the form begins with another field

    def set_password_and_save(self, user, password_field_name="password", commit=True):  # noqa: S107
        """Save the user. An empty password keeps the old one."""
        if self.cleaned_data[password_field_name]:
            return super().set_password_and_save(user, password_field_name, commit)
        user.save()
        return user


# Your own lines go below this one.
