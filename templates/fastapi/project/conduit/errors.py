"""Every error has the form {"errors": {"title": ["can't be blank"]}}."""

from typing import Any

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class Errors(BaseModel):
    """One or more messages for each field or thing."""

    errors: dict[str, list[str]]


# The messages of errors that FastAPI raises itself
MESSAGES: dict[int, dict[str, list[str]]] = {
    status.HTTP_404_NOT_FOUND: {"path": ["not found"]},
    status.HTTP_405_METHOD_NOT_ALLOWED: {"method": ["not allowed"]},
    status.HTTP_413_CONTENT_TOO_LARGE: {"body": ["is too large"]},
}


def add_handlers(app: FastAPI) -> None:
    """Give all errors the same form."""

    @app.exception_handler(HTTPException)
    def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        messages = error.detail if isinstance(error.detail, dict) else MESSAGES.get(error.status_code)
        return response(error.status_code, messages or {"request": [error.detail]}, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        messages: dict[str, list[str]] = {}
        for problem in error.errors():
            messages.setdefault(name_of(problem), []).append(message_of(problem))
        return response(status.HTTP_422_UNPROCESSABLE_CONTENT, messages)

    @app.exception_handler(Exception)
    def failure(_request: Request, _error: Exception) -> JSONResponse:
        return response(status.HTTP_500_INTERNAL_SERVER_ERROR, {"server": ["has an error"]})


def response(code: int, messages: dict[str, list[str]], headers: Any = None) -> JSONResponse:
    return JSONResponse({"errors": messages}, code, headers)


def name_of(problem: dict[str, Any]) -> str:
    """The name of the invalid field. A field can be part of a list, so a number is left out."""
    return str([part for part in problem["loc"] if isinstance(part, str)][-1])


def message_of(problem: dict[str, Any]) -> str:
    """The message of Pydantic, or the words of the RealWorld contract."""
    value, limits = problem.get("input"), problem.get("ctx", {})
    if problem["type"] == "missing" or value is None or (isinstance(value, str) and not value.strip(" \r\n\t\0")):
        return "can't be blank"
    kind = "characters" if isinstance(value, str) else "items"
    if "max_length" in limits:
        return f"is too long (at most {limits['max_length']} {kind})"
    if "min_length" in limits:
        return f"is too short (at least {limits['min_length']} {kind})"
    if problem["type"] == "string_pattern_mismatch":
        return "isn't valid"
    return str(problem["msg"]).removeprefix("Value error, ").replace("Input should", "must")
