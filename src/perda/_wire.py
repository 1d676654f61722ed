"""Requests and answers of the data server's protocol, shared by gateway and client.

Field names are those of the protocol (``docs/http.md``); where it uses camel case, an
alias does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

API = "/api/v1"
SESSION_COOKIE = "perda_session"

MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
MAX_NAME = 200
MAX_ITEMS = 200


def _storable(text: str) -> str:
    if "\0" in text:  # PostgreSQL has no such text
        raise ValueError("has a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("has half of a surrogate pair, which is no text") from None
    return text


Text = Annotated[str, AfterValidator(_storable)]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME, strip_whitespace=True),
    AfterValidator(_storable),
]


class LoginRequest(BaseModel):
    """Body of ``POST /auth/login``."""

    password: str = Field(max_length=1024)


class LoginAnswer(BaseModel):
    """Answer of ``POST /auth/login``; the session's token comes as a cookie."""

    role: str
    expires_at: datetime


class ListRequest(BaseModel):
    """Body of ``POST /s3/list``."""

    prefix: str = ""


class ListedEntry(BaseModel):
    """One direct child of a prefix; a folder's key ends in ``/``."""

    model_config = ConfigDict(populate_by_name=True)

    key: str
    name: str
    is_folder: bool = Field(alias="isFolder")
    size: int | None = None
    last_modified: datetime | None = Field(default=None, alias="lastModified")


class CredentialsAnswer(BaseModel):
    """Keys that can list and read one bucket, and nothing else, until ``expires_at``."""

    access_key: str
    secret_key: str
    bucket_name: str
    endpoint: str
    expires_at: datetime | None = None
    region: str | None = None


class MetadataPageRequest(BaseModel):
    """Body of ``POST /metadata/page``."""

    path: str = ""


class MetadataUpdate(BaseModel):
    """Body of ``PUT /metadata/{key}``: the whole of a log's metadata, replacing what was there."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=MAX_TITLE), AfterValidator(_storable)] = ""
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION), AfterValidator(_storable)] = ""
    tags: Annotated[list[Name], Field(max_length=MAX_ITEMS)] = []
    string_metadata: Annotated[dict[Name, Text], Field(max_length=MAX_ITEMS)] = {}
    numeric_metadata: Annotated[dict[Name, FiniteFloat], Field(max_length=MAX_ITEMS)] = {}


class LogMetadata(BaseModel):
    """What people have written about one log; never null, never NaN."""

    log_key: str
    title: str = ""
    description: str = ""
    tags: list[str] = []
    string_metadata: dict[str, str] = {}
    numeric_metadata: dict[str, float] = {}


class StoredLog(BaseModel):
    """Answer of ``PUT /logs/{key}``: what now lies under the key."""

    key: str
    size: int
    sha256: str


class VersionAnswer(BaseModel):
    """Answer of ``GET /version``."""

    version: str
    capabilities: list[str]


class HealthAnswer(BaseModel):
    """Answer of ``GET /health``: ``ok`` when the database and the store both answer."""

    status: str
    database: str
    store: str
