"""What a route asks of its caller: a key, all divisions, or those of what is written."""

from __future__ import annotations

from collections.abc import Iterable

from geomujun.lang import t
from geomujun.storage.target import Conn
from geomujun_api.problems import ForbiddenError, NotFoundError, UnknownReaderError
from geomujun_api.service import Caller


def keyed(caller: Caller) -> None:
    """Refuse the public: what is published stands in the lists and in ``/v1/summary``.

    Raises:
        UnknownReaderError: nobody's key was given.
    """
    if caller.reader.public:
        raise UnknownReaderError(t("需要密钥", "a key is needed"))


def published(caller: Caller) -> None:
    """Refuse the public where the locality publishes nothing.

    Raises:
        UnknownReaderError: nobody's key was given.
    """
    if not caller.service.policy.public:
        keyed(caller)


def pair(caller: Caller, connection: Conn, edition: int, parcel_code: str, uscc: str) -> None:
    """The plot is in the edition and in the writer's divisions, and the firm is in the edition.

    Raises:
        NotFoundError: otherwise.
    """
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pub.plots WHERE edition = %(e)s AND parcel_code = %(p)s"
        "  AND division_code ^@ ANY (%(d)s))"
        " AND EXISTS (SELECT FROM pub.firms WHERE edition = %(e)s AND uscc = %(u)s)",
        {"e": edition, "p": parcel_code, "u": uscc, "d": list(caller.reader.divisions)},
    ).fetchone()
    if not row or not row[0]:
        raise NotFoundError(
            t("没有宗地 {p} 与企业 {u} 这一对", "there is no pair {p} and {u}",
              p=parcel_code, u=uscc)
        )  # fmt: skip


def firm(caller: Caller, connection: Conn, edition: int, uscc: str) -> None:
    """The firm is in the edition and in the writer's divisions.

    Raises:
        NotFoundError: otherwise.
    """
    row = connection.execute(
        "SELECT 1 FROM pub.firms WHERE edition = %s AND uscc = %s AND division_code ^@ ANY (%s)",
        (edition, uscc, list(caller.reader.divisions)),
    ).fetchone()
    if row is None:
        raise NotFoundError(t("没有企业 {u}", "there is no enterprise {u}", u=uscc))


def whole(caller: Caller) -> None:
    """The writer's divisions are all: what is done touches every one.

    Raises:
        ForbiddenError: otherwise.
    """
    if not caller.reader.everywhere:
        raise ForbiddenError(t("需要全部辖区的权限", "only for those who may see all divisions"))


def covers(caller: Caller, divisions: Iterable[str]) -> bool:
    """Whether divisions all lie within the caller's."""
    return all(caller.reader.within(d) for d in divisions)


def given(caller: Caller, divisions: Iterable[str]) -> None:
    """Divisions given away are the giver's own.

    Raises:
        ForbiddenError: otherwise.
    """
    beyond = [d for d in divisions if not caller.reader.within(d)]
    if beyond:
        raise ForbiddenError(
            t("不在你的辖区内：{d}", "beyond your divisions: {d}", d=beyond[0] or "*")
        )
