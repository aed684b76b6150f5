from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from conduit.forms import at_most, one_line, plain_text, required


class ArticleForm(FlaskForm):
    title = StringField(filters=[one_line], validators=[required, at_most(200)])
    description = StringField(filters=[one_line], validators=[required, at_most(500)])
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(50_000)])
