"""Comparing what the site does with what its docs page says, by sending it what nobody would think of."""

import re
from collections.abc import Iterator
from typing import Any

from tests.support import Site

EXAMPLES = 3


def first_lie(site: Site) -> str:
    """The first difference between the docs page and the answers, in a sentence; empty where there is none."""
    document = site.get("/openapi.json").json
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            needs_token = bool(operation.get("security")) and {} not in operation["security"]
            status = site.anonymous.ask(method.upper(), filled(path, site)).status
            if (status == 401) != needs_token:
                wants = "requires" if needs_token else "works without"
                expected = f"that {method.upper()} {path} {wants} a token, as on the docs page"
                return f"Expected {expected}. Found status {status} without a token."
    return next(lies(site, document), "")


def lies(site: Site, document: dict[str, Any]) -> Iterator[str]:
    """What differs, operation by operation."""
    # Here and not above: it takes a while, and the other tests can do without.
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis.errors import Unsatisfiable
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    names = names_in(document)
    few = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for result in schemathesis.openapi.from_dict(simplified(document)).get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        modes = [schemathesis.GenerationMode.POSITIVE]
        if operation.body or operation.query:
            modes.append(schemathesis.GenerationMode.NEGATIVE)
        address = filled(operation.path, site)
        for mode in modes:
            last: list[Any] = []

            @seed(1)
            @few
            @given(case=operation.as_strategy(generation_mode=mode))
            def compare(case: Any) -> None:
                here = filled(case.path, site) if case.method == "DELETE" else address  # noqa: B023
                last[:] = [case, send(case, here, site)]  # noqa: B023
                left_out = [positive_data_acceptance] if names_a_field(last[1], names) else []  # noqa: B023
                case.validate_response(last[1], excluded_checks=left_out)  # noqa: B023

            try:
                compare()
            except Unsatisfiable:
                pass  # everything that can be sent fits
            except (Exception, BaseExceptionGroup) as difference:
                what = in_short(difference, names, *last)
                yield f"Expected {operation.label} to do what the docs page says. Found {what}."


def send(case: Any, address: str, site: Site) -> Any:
    """Send a made-up request about things that are there; what the site answers."""
    options = case.as_transport_kwargs(base_url="http://testserver")
    if "data" in options:
        options["content"] = options.pop("data")
    wanted = {name: options[name] for name in ("params", "json", "content") if options.get(name) is not None}
    headers = {**dict(options["headers"]), "Authorization": f"Token {site.token}"}
    return site.server.client.request(case.method, address, headers=headers, follow_redirects=False, **wanted)


def names_a_field(response: Any, names: set[str]) -> bool:
    """Whether an answer refuses fields by name. A validator in Python may ask for more than a docs page can say."""
    return response.status_code == 422 and names.issuperset(response.json()["errors"])


def filled(path: str, site: Site) -> str:
    """The address of something that is there: a new article, a comment on it, somebody's profile."""
    if "/profiles/" in path:
        site.anonymous.post("/api/users", user={"username": "ida", "email": "ida@example.org", "password": "12345678"})
        return re.sub(r"\{[^}]+\}", "ida", path)
    if "{" not in path:
        return path
    article = site.publish("Sand")
    address = re.sub(r"\{[^}]+\}", article["slug"], path, count=1)
    return re.sub(r"\{[^}]+\}", str(site.comment(article, "Warm.")["id"]), address)


def simplified(document: Any) -> Any:
    """The document without what takes long to make up or is looked at elsewhere: tokens, and very long texts."""
    if isinstance(document, list):
        return [simplified(part) for part in document]
    if not isinstance(document, dict):
        return document
    left_out = {"security", "securitySchemes"} | ({"maxLength"} if document.get("maxLength", 0) > 500 else set())
    return {name: simplified(part) for name, part in document.items() if name not in left_out}


def in_short(difference: BaseException, names: set[str], case: Any = None, response: Any = None) -> str:
    """What schemathesis says, what was sent, as far as the docs page has names for it, and what came back."""
    if isinstance(difference, BaseExceptionGroup):
        difference = difference.exceptions[0]
    title = getattr(difference, "title", "") or type(difference).__name__
    words = f"{title} ({' '.join(str(getattr(difference, 'message', difference)).splitlines()[:1])})"
    if response is None:
        return words
    sent = {name: value for name in ("query", "body") if (value := known(getattr(case, name, None), names))}
    return f"{words}: status {response.status_code} and {response.text[:150]} for {str(sent)[:300]}"


def known(value: Any, names: set[str]) -> Any:
    """A value without the keys that the docs page does not name."""
    if isinstance(value, dict):
        return {name: known(part, names) for name, part in value.items() if name in names}
    return value


def names_in(document: Any) -> set[str]:
    """The names of all fields and queries that the docs page has."""
    if isinstance(document, list):
        return set().union(*map(names_in, document))
    if not isinstance(document, dict):
        return set()
    own = set(document["properties"]) if isinstance(document.get("properties"), dict) else set()
    return own.union({document["name"]} if "in" in document else (), *map(names_in, document.values()))
