from flask import Blueprint, redirect, render_template, url_for
from flask.views import MethodView
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from conduit.accounts import auth, services
from conduit.accounts.forms import LoginForm, RegisterForm
from conduit.accounts.throttling import Throttle

bp = Blueprint("accounts", __name__, template_folder="templates")


@bp.app_context_processor
def user_of_request() -> dict[str, object]:
    return {"user": auth.get_user()}


class FormView(MethodView):
    """A page with a form, like the generic view of Django."""

    form_class: type[FlaskForm]
    template_name: str
    title: str

    def get(self) -> Response | tuple[str, int]:
        return self.render(self.form_class(), 200)

    def post(self) -> Response | tuple[str, int]:
        form = self.form_class()
        return self.form_valid(form) if form.validate() else self.form_invalid(form)

    def form_valid(self, form: FlaskForm) -> Response | tuple[str, int]:
        raise NotImplementedError

    def form_invalid(self, form: FlaskForm) -> Response | tuple[str, int]:
        return self.render(form, 422)

    def render(self, form: FlaskForm, status: int) -> tuple[str, int]:
        return render_template(self.template_name, form=form, title=self.title), status


class RegisterView(FormView):
    form_class = RegisterForm
    template_name = "accounts/register.html"
    title = "Sign up"

    def form_valid(self, form: RegisterForm) -> Response | tuple[str, int]:
        user = services.create_user(form)
        if user is None:
            return self.form_invalid(form)
        auth.login(user)
        return redirect(url_for("articles.home"))


class LoginView(FormView):
    form_class = LoginForm
    template_name = "accounts/login.html"
    title = "Sign in"

    def form_valid(self, form: LoginForm) -> Response | tuple[str, int]:
        throttle = Throttle(form.email.data)
        if not throttle.allows_attempt():
            form.form_errors.append("Too many wrong passwords. Try again later.")
            return self.render(form, 429)
        user = auth.authenticate(form.email.data, form.password.data)
        if user is None:
            form.form_errors.append("E-mail or password is wrong.")
            return self.form_invalid(form)
        throttle.reset()
        auth.login(user)
        return redirect(url_for("articles.home"))


@bp.post("/logout")
def logout() -> Response:
    auth.logout()
    return redirect(url_for("articles.home"))


bp.add_url_rule("/register", view_func=RegisterView.as_view("register"))
bp.add_url_rule("/login", view_func=LoginView.as_view("login"))
