"""What the web process works with, and how its endpoints come by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.convertors import Convertor, register_url_convertor

from claimwatch.exports.about import About
from storage.engine import Store
from storage.instants import written
from storage.slugs import SLUG
from storage.tokens import Token
from worker.gateways.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`public_url`: where readers find us, without a slash at its end. `open_reads`: reading needs no token.

    `hosts`: names under which we are asked then, beside addresses in numbers and localhost. `delay_s`: after a wrong token.
    """

    store: Store
    clock: Clock = field(default_factory=SystemClock)
    public_url: str = "http://127.0.0.1:8470"
    open_reads: bool = True
    hosts: frozenset[str] = frozenset()
    delay_s: float = 0.3

    def now(self) -> datetime:
        """UTC."""
        return self.clock.now()

    def about(self, query: str) -> About:
        """What an export of now states of itself."""
        return About(query=query, at=written(self.now(), timespec="seconds"))


def _house(request: Request) -> House:
    house = request.app.state.house
    assert isinstance(house, House)  # noqa: S101 - for the type checker
    return house


# describes, for the OpenAPI document, what the guard asks for
BEARER = HTTPBearer(scheme_name="token", auto_error=False, description="Made by `claimwatch token add`.")


def _writer(request: Request, _described: Annotated[object, Security(BEARER)]) -> Token:
    token = request.state.token
    assert isinstance(token, Token)  # noqa: S101 - the guard lets no write pass without one
    return token


TheHouse = Annotated[House, Depends(_house)]
Writer = Annotated[Token, Depends(_writer)]


class _SlugConvertor(Convertor[str]):
    """`{name:slug}` in a path: what is no slug is at no address. It leaves the ends of addresses alone (".atom")."""

    regex = SLUG

    def convert(self, value: str) -> str:
        """As it stands."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands."""
        return value


register_url_convertor("slug", _SlugConvertor())
