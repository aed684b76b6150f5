from flask_wtf import FlaskForm
from wtforms import TextAreaField

from conduit.forms import at_most, plain_text, required


class CommentForm(FlaskForm):
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(5_000)])
