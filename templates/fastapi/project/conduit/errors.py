"""What the site answers when something cannot be done: always JSON, always {"errors": {what: [why]}}."""

from typing import Any

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

# For `responses=`: by status, what the docs page says about an answer
Responses = dict[int | str, dict[str, Any]]


class Errors(BaseModel):
    """What is wrong: for each field or thing, one message or more."""

    errors: dict[str, list[str]]


class ApiError(HTTPException):
    """Raise it to end a request: `raise ApiError(404, article="not found")`."""

    def __init__(self, status_code: int, **messages: str) -> None:
        super().__init__(status_code)
        self.messages = messages


def example_of(**messages: str) -> dict[str, Any]:
    """An error answer, for the docs page: `responses={404: example_of(article="not found")}`."""
    return {"model": Errors, "content": {"application/json": {"example": errors(messages)}}}


def errors(messages: dict[str, str]) -> dict[str, dict[str, list[str]]]:
    """Messages in the shape that all error answers have."""
    return {"errors": {name: [message] for name, message in messages.items()}}


def add_answers(app: FastAPI) -> None:
    """Answer everything that goes wrong in this shape, also what FastAPI itself refuses."""

    @app.exception_handler(HTTPException)
    async def answer_refusal(request: Request, error: HTTPException) -> JSONResponse:
        code = error.status_code
        messages = getattr(error, "messages", None) or message_for(code)
        headers = {**(error.headers or {}), **({"WWW-Authenticate": "Token"} if code == 401 else {})}
        return JSONResponse(errors(messages), code, headers)

    @app.exception_handler(RequestValidationError)
    async def answer_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        messages = {name_of(problem): message_of(problem) for problem in error.errors()}
        if isinstance(error.body, bytes):  # nothing that FastAPI could take apart
            messages = {"body": "is not valid JSON, or was sent without Content-Type: application/json"}
        return JSONResponse(errors(messages), status.HTTP_422_UNPROCESSABLE_CONTENT)

    @app.exception_handler(DBAPIError)
    async def answer_unfit(request: Request, error: DBAPIError) -> JSONResponse:
        # Class 22 of SQL's own codes is about values: PostgreSQL holds no NUL, whether in a text or in an address.
        if not str(getattr(error.orig, "sqlstate", None)).startswith("22"):
            raise error
        return JSONResponse(errors({"request": "holds what cannot be stored"}), status.HTTP_422_UNPROCESSABLE_CONTENT)

    @app.exception_handler(Exception)
    async def answer_failure(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(errors({"server": "has made a mistake"}), status.HTTP_500_INTERNAL_SERVER_ERROR)


def message_for(code: int) -> dict[str, str]:
    """What to say where only a status is known."""
    messages = {
        status.HTTP_404_NOT_FOUND: {"path": "not found"},
        status.HTTP_405_METHOD_NOT_ALLOWED: {"method": "not allowed"},
        status.HTTP_413_CONTENT_TOO_LARGE: {"body": "is too large"},
    }
    return messages.get(code, {"request": "is refused"})


def name_of(problem: dict[str, Any]) -> str:
    """The field with the problem, as the client knows it."""
    names = [part for part in problem["loc"] if isinstance(part, str)]
    return str(names[-1])


def message_of(problem: dict[str, Any]) -> str:
    """The problem, in the contract's words where it has some."""
    sent = problem.get("input")
    if problem["type"] == "missing" or sent is None or (isinstance(sent, str) and not sent.strip(" \n\r\t\0")):
        return "can't be blank"
    what = "characters" if isinstance(sent, str) else "entries"
    if problem["type"] in ("string_too_long", "too_long"):  # the second where a type does more than measure
        return f"is too long: at most {problem['ctx']['max_length']} {what}, please"
    if problem["type"] in ("string_too_short", "too_short"):
        return f"is too short: at least {problem['ctx']['min_length']} {what}, please"
    if problem["type"] == "string_pattern_mismatch":
        return "is not in the right form"
    words = str(problem["msg"]).removeprefix("Value error, ")
    return words.replace("Input should", "must", 1).replace("String should", "must", 1)
