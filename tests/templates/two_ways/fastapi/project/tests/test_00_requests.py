"""Requests arrive as they were sent, and responses come back as the site made them."""

import json

ORIGIN = {"Host": "localhost", "User-Agent": "tests"}


def test_a_request_arrives_as_it_was_sent(site):
    """Method, URL, headers and bytes of a request arrive unchanged"""
    body = b"\x00\xff\r\n"
    answer = site.request(
        "PUT", "/echo/a%20ä;b?x=%C3%A4&y=1#end", {"Content-Type": "text/plain", "X-Word": "tea"}, body
    )
    echo = json.loads(answer.body)
    expected = {"method": "PUT", "rest": "a ä;b", "query": "x=%C3%A4&y=1", "body": body.hex()}
    assert {name: echo[name] for name in expected} == expected, f"Expected {expected}. Found {echo}."
    headers = {**ORIGIN, "Content-Type": "text/plain", "Content-Length": "4", "X-Word": "tea"}
    assert {name.title(): value for name, value in echo["headers"].items()} == headers, f"Found {echo['headers']}."


def test_a_request_without_a_body_has_no_content_type(site):
    """A request without a body has no content type"""
    for method, more in {"GET": {}, "POST": {"Content-Length": "0"}, "DELETE": {}}.items():
        echo = json.loads(site.request(method, "/echo/x").body)
        headers = {name.title(): value for name, value in echo["headers"].items()}
        assert headers == {**ORIGIN, **more}, f"Expected {ORIGIN} with {more}. Found {headers}."


def test_a_response_comes_back_as_the_site_made_it(site):
    """Status, headers and bytes of a response come back unchanged"""
    missing = site.request("GET", "/nowhere")
    assert missing.status == 404, f"Expected status 404. Found {missing.status}."
    visits = site.request("GET", "/visits")
    cookies = visits.headers.get_all("Set-Cookie")
    assert [cookie.partition(";")[0] for cookie in cookies] == ["visits=1", "last=today"], f"Found {cookies}."
    assert {"server", "date", "connection"}.isdisjoint(name.lower() for name in visits.headers), f"{visits.headers}"
    head = site.request("HEAD", "/visits")
    assert (head.status, head.body) == (200, b""), f"Expected status 200 without a body. Found {head}."
    assert site.request("POST", "/", {}, b"").headers["Location"] == "/", "Expected the redirect, not its target."
