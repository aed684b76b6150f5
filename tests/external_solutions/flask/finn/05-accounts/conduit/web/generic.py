"""Views that other views extend."""

from typing import Any, ClassVar

from flask import render_template
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from flask_wtf import FlaskForm


class FormPage(MethodView):
    """A page with a form. A valid form reaches `accept`. If that returns None, the form has new errors."""

    form_class: ClassVar[type[FlaskForm]]
    template: ClassVar[str]

    def make_form(self) -> FlaskForm:
        return self.form_class()

    def show(self, form: FlaskForm, status: int = 200, **context: Any) -> ResponseReturnValue:
        return render_template(self.template, form=form, **context), status

    def accept(self, form: Any) -> ResponseReturnValue | None:
        raise NotImplementedError

    def get(self) -> ResponseReturnValue:
        return self.show(self.make_form())

    def post(self) -> ResponseReturnValue:
        form = self.make_form()
        answer = self.accept(form) if form.validate() else None
        return answer or self.show(form, 422)
