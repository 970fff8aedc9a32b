"""Answers kept so that a POST sent twice with one Idempotency-Key is done once.

The answer is stored in the transaction of the change it tells of: after a crash either both are
there or neither. Two requests at once queue for one advisory lock, so the second one finds the
first one's answer. What was refused changed nothing, is not kept, and may be tried again.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.authentication import principal_of
from carmsvc.platform.problems import Unprocessable

HEADER, REPLAY_HEADER = "Idempotency-Key", "Idempotent-Replay"
KEPT = timedelta(days=7)
LONGEST_KEY = 255


class IdempotencyRecord(models.Model):
    """The answer to one POST, for one principal only; lives in PostgreSQL, survives a flush."""

    id = models.BigAutoField(primary_key=True)
    principal = models.CharField(max_length=80)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "method", "path", "key"], name="one_answer_per_key"
            ),
        ]


class Replayed(Exception):
    """This request was answered before; the answer is the argument."""


class IdempotentPosts:
    """Mixin for views: honours the `Idempotency-Key` of every POST."""

    told_once: tuple[str, ...] = ()  # fields of an answer that are not kept, such as a secret
    _claim: "dict[str, str] | None" = None

    def initial(self, request: Request, *arguments: Any, **named: Any) -> None:
        """After who may ask is settled: answer again what was answered before."""
        super().initial(request, *arguments, **named)  # type: ignore[misc]
        if request.method != "POST" or HEADER not in request.headers:
            return
        claim = _claim_of(request)
        _wait_for_turn(claim)
        record = IdempotencyRecord.objects.filter(**claim).first()
        body_hash = _body_hash(request)
        if record and record.body_hash != body_hash:
            raise Unprocessable(["This Idempotency-Key was used before, for another body."])
        if record:
            raise Replayed(record)
        self._claim = {**claim, "body_hash": body_hash}

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Replayed):
            (record,) = error.args
            headers = {**record.headers, REPLAY_HEADER: "true"}
            return Response(record.body, status=record.status, headers=headers)
        return super().handle_exception(error)  # type: ignore[misc,no-any-return]

    def finalize_response(self, request: Request, response: Response, *a: Any, **k: Any) -> Any:
        answer = super().finalize_response(request, response, *a, **k)  # type: ignore[misc]
        if self._claim and answer.status_code < 400:
            _keep(self._claim, answer, self.told_once)
        return answer


def _claim_of(request: Request) -> dict[str, str]:
    key = request.headers[HEADER]
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        message = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters."
        raise ValidationError({HEADER: [message]})
    path = request.path[:300]
    return {"principal": principal_of(request), "method": "POST", "path": path, "key": key}


def _wait_for_turn(claim: dict[str, str]) -> None:
    """One request with a key at a time, to the end of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["\n".join(claim.values())]
        )


def _body_hash(request: Request) -> str:
    """The same for the same fields and file contents, however they were encoded."""
    digest = hashlib.sha256()
    for part in _parts(request.data):
        digest.update(part)
    return digest.hexdigest()


def _parts(data: Any) -> Iterator[bytes]:
    if not hasattr(data, "lists"):  # JSON
        yield json.dumps(data, sort_keys=True, default=str).encode()
        return
    for name, values in sorted(data.lists()):
        for value in values:
            if isinstance(value, UploadedFile):
                yield json.dumps([name, value.name, value.size]).encode()
                yield from value.chunks()
                value.seek(0)
            else:
                yield json.dumps([name, value]).encode()


def _keep(claim: dict[str, str], answer: Response, told_once: tuple[str, ...]) -> None:
    body: Any = None if answer.data is None else json.loads(JSONRenderer().render(answer.data))
    for name in told_once:
        body[name] = None
    kept = {name: answer.headers[name] for name in ("Location",) if name in answer.headers}
    IdempotencyRecord.objects.create(**claim, status=answer.status_code, body=body, headers=kept)


def forget_old_answers() -> int:
    """Remove the answers nobody will ask for again; returns how many."""
    old = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
