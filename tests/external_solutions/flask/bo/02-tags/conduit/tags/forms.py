"""The editor's field for tags."""

from flask import request

from conduit.articles import Article, editor_part
from conduit.forms import Form
from conduit.tags.models import LONGEST_TAG
from conduit.tags.queries import names_on, tags_named


FIELD = 'tags'
LONGEST_FIELD = 5_000
MOST_TAGS = 20


@editor_part
def take_tags(article: Article, form: Form) -> None:
    """Give the article the tags that the editor's form names."""
    names = split(form.line(FIELD, longest=LONGEST_FIELD, optional=True))
    if any(len(name) > LONGEST_TAG for name in names):
        form.errors.append(
            f'a tag is too long: at most {LONGEST_TAG} characters, please'
        )
    if any(not has_address(name) for name in names):
        form.errors.append('a tag can\'t have ".", ".." or nothing at a slash')
    if len(names) > MOST_TAGS:
        form.errors.append(f'at most {MOST_TAGS} tags, please')
    if not form.errors:
        article.tags = tags_named(names)


def split(line: str) -> list[str]:
    """The tags of a line with commas between them, each once."""
    names = (name.strip() for name in line.split(','))
    return list(dict.fromkeys(name for name in names if name))


def has_address(name: str) -> bool:
    """Whether /tag/NAME leads to the tag: browsers resolve "." and ".." as
    in a path, however they are written, and drop what is empty."""
    return not {'', '.', '..'} & set(name.split('/'))


def tags_as_typed(article: Article) -> str:
    """What the field holds: what has just been sent, else the tags so far."""
    if request.method == 'POST':
        return request.form.get(FIELD, '')
    return ', '.join(names_on(article))
