def position(page, text):
    return page.index(f">{text}<")


def test_new_article_is_on_the_home_page_once(mia):
    mia.publish(title="Green tea")
    assert mia.page("/").count("<h1>Green tea</h1>") == 1


def test_home_page_starts_with_the_newest(mia):
    mia.publish(title="Old")
    mia.publish(title="New")
    page = mia.page("/")
    assert position(page, "New") < position(page, "Old")


def test_article_needs_a_title(mia):
    response = mia.send("/editor", title="", description="Hot.", body="Boil water.")
    assert "blank" in response.text


def test_tags_in_a_title_are_harmless(mia):
    mia.publish(title="<i>Tea</i>")
    page = mia.page("/")
    assert "&lt;i&gt;Tea&lt;/i&gt;" in page
    assert "<i>Tea" not in page


def test_author_can_correct_an_article(mia):
    url = mia.publish(body="Boil watr.")
    mia.send(url.replace("article", "editor", 1), title="Tea", description="Hot.", body="Boil water twice.")
    page = mia.page(url)
    assert "Boil water twice." in page
    assert "watr" not in page
