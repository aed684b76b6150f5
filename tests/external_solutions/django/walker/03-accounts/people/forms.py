"""What people type about themselves."""

from django import forms
from django.contrib.auth import authenticate, password_validation

from accounts.models import User
from conduit.forms import TextAreaField


class SignIn(forms.Form):
    """Django's own form calls the address `username`; ours calls it what it is."""

    email = forms.CharField(max_length=200, widget=forms.EmailInput(attrs={"placeholder": "Email"}))
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"placeholder": "Password"}))

    def __init__(self, request, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.account = None

    def clean(self):
        typed = super().clean()
        if not self.errors:
            self.account = authenticate(self.request, username=typed["email"], password=typed["password"])
            if self.account is None:
                raise forms.ValidationError("Address and password do not belong together.")
        return typed

    def get_user(self):
        return self.account


class Person(forms.ModelForm):
    """What signing up and the settings have in common."""

    password = forms.CharField(
        max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    class Meta:
        model = User
        fields = ["username", "email"]

    def clean_password(self):
        password = self.cleaned_data["password"]
        if password:
            password_validation.validate_password(password)
        return password

    def save(self, commit=True):
        if self.cleaned_data["password"]:
            self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)


class SignUp(Person):
    pass


class Settings(Person):
    field_order = ["image", "username", "bio", "email", "password"]

    class Meta(Person.Meta):
        fields = ["image", "username", "bio", "email"]
        field_classes = {"bio": TextAreaField}
        widgets = {"bio": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False
        self.fields["password"].help_text = "Leave it empty to keep the one you have."
