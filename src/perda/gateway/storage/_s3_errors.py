"""Turns what boto3 raises into perda's store errors, which say what happened, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from perda.errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    StoreError,
    StoreUnavailableError,
)

_NOT_FOUND = frozenset({"404", "NoSuchKey", "NotFound"})
_EXISTS = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_REFUSED = frozenset({"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


@contextmanager
def store_errors(doing: str, where: str, key: str | None = None) -> Iterator[None]:
    """Raise perda's errors instead of boto3's.

    Parameters
    ----------
    doing : str
        What was tried, for the message: ``"store 'REV 11/a.csv'"``.
    where : str
        Endpoint and bucket, for the message.
    key : str, optional
        The object meant; without it, "not found" is about the bucket.

    Raises
    ------
    ObjectNotFoundError, ObjectExistsError, StoreUnavailableError, StoreError
        As the store's answer means.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        IncompleteReadError,
    )
    from botocore.exceptions import ConnectionError as BotoConnectionError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        raise _from_answer(error.response, doing, where, key) from error
    except (
        BotoConnectionError,
        HTTPClientError,
        IncompleteReadError,
        HTTPError,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise StoreUnavailableError(
            f"Could not {doing}: the store at {where} does not answer ({error})."
        ) from error
    except BotoCoreError as error:
        raise StoreError(f"Could not {doing} at {where}: {error}") from error


def _from_answer(
    answer: Mapping[str, Mapping[str, object]], doing: str, where: str, key: str | None
) -> StoreError:
    code = str(answer.get("Error", {}).get("Code", ""))
    reason = str(answer.get("Error", {}).get("Message", "") or code)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if key is not None and code in _NOT_FOUND:
        return ObjectNotFoundError(f"There is no object {key!r} in the store at {where}.")
    if key is not None and code in _EXISTS:
        return ObjectExistsError(f"There already is an object {key!r} in the store at {where}.")
    if code in _REFUSED:
        return StoreError(
            f"Could not {doing}: the store at {where} refused the key ({code}: {reason}). "
            "Check the store's access key, secret and permissions."
        )
    failed = isinstance(status, int) and (status >= 500 or status == 429)
    kind = StoreUnavailableError if failed else StoreError
    return kind(f"Could not {doing}: the store at {where} answered {status} {code}: {reason}")
