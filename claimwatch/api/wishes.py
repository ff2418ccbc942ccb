"""What a writing request brings."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from storage.records import Adds, Relation

# no control characters: PostgreSQL keeps no NUL, and the rest does harm in terminals
Line = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Confirmation(BaseModel):
    """The machine's word is right."""

    model_config = ConfigDict(extra="forbid")
    why: Line = ""


class Correction(BaseModel):
    """What it should say, and why. `unrelated`: the passage does not speak of the claim."""

    model_config = ConfigDict(extra="forbid")
    relation: Relation
    adds: Annotated[list[Adds] | None, Field(max_length=7, description="null: those that stand.")] = None
    why: Annotated[Line, Field(min_length=1)]


class SearchWish(BaseModel):
    """A query to keep under a name. An empty title is the slug."""

    model_config = ConfigDict(extra="forbid")
    query: Line
    title: Annotated[Line, Field(max_length=200)] = ""
