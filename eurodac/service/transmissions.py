"""Calls of the units that transmit: new datasets, re-captures, amendments, marks."""

from __future__ import annotations

import hashlib
import json

from eurodac import registry, store
from eurodac.keys import new_id, pseudonym
from eurodac.present import dataset_view
from eurodac.record import CallContext, RecordId
from eurodac.service.answers import query_view, transmission_view
from eurodac.service.core import Core
from eurodac.transmission import (
    Transmission,
    read_amendment,
    read_capture,
    read_message,
    read_nist,
    read_recapture,
    read_scan,
)
from eurodac.views import DatasetView, TransmissionView

__all__ = ["TransmissionCalls"]


class TransmissionCalls(Core):
    """What asylum and immigration units do with their own State's datasets."""

    def transmit(
        self, context: CallContext, message: object, *, idempotency_key: str
    ) -> TransmissionView:
        """Receive a transmission: validate, store, compare, answer.

        The same key with the same message gives the same record again and stores nothing twice.

        Raises:
            AccessDeniedError, FieldRefusedError, BiometricRefusedError, ConflictError: nothing
                was stored.
        """
        with self.admitted(context, "transmit"):
            record_id = RecordId(new_id())
            transmission = read_message(
                message,
                member_state=context.actor.member_state,
                received_at=context.at,
                record_id=record_id,
            )
            if transmission.dataset is None:
                return self._query(context, transmission)
            claim = self._claim(context, message, idempotency_key, record_id)
            with self._reading() as session:
                earlier = store.find_idempotency(session, claim)
            if earlier is None:
                capture = read_capture(transmission.raw, self._extractor, gate=self._gate)
                with self._writing() as session:
                    received = registry.receive(
                        session,
                        transmission,
                        capture,
                        context=context,
                        kek=self._kek,
                        claim=claim,
                    )
                earlier = received.record_id if received.replayed else None
            stored = earlier or record_id
            self._compare(stored, at=context.at)
            return self._answer(context, stored, replayed=earlier is not None)

    def transmit_nist(
        self, context: CallContext, data: bytes, *, idempotency_key: str
    ) -> TransmissionView:
        """Receive an ANSI/NIST-ITL file; otherwise as ``transmit``."""
        with self.admitted(context, "transmit"):
            message = read_nist(data)
        return self.transmit(context, message, idempotency_key=idempotency_key)

    def recapture(
        self, context: CallContext, reference_number: str, message: object
    ) -> TransmissionView:
        """Receive biometrics again under the same reference number (Article 38(1))."""
        with self.admitted(context, "transmit"):
            raw, taken_at = read_recapture(message, received_at=context.at)
            capture = read_capture(raw, self._extractor, gate=self._gate)
            with self._writing() as session:
                dataset = self._own_dataset(session, context, reference_number)
                registry.recapture(
                    session, dataset, capture, taken_at=taken_at, context=context, kek=self._kek
                )
            self._compare(dataset.id, at=context.at)
            return self._answer(context, dataset.id, replayed=False)

    def amend(self, context: CallContext, reference_number: str, message: object) -> DatasetView:
        """Record later data or later documents on an own dataset."""
        with self.admitted(context, "amend"), self._writing() as session:
            dataset = self._own_dataset(session, context, reference_number)
            later, documents, scan = read_amendment(
                message, category=dataset.category, received_at=context.at
            )
            amendment = registry.Amendment(
                later, documents, scan.authenticity if scan else None, read_scan(scan)
            )
            changed = registry.amend(session, dataset, amendment, context=context, kek=self._kek)
            return dataset_view(changed, own=True, as_of=None)

    def mark(
        self,
        context: CallContext,
        reference_number: str,
        *,
        protection: bool | None = None,
        residence: bool | None = None,
    ) -> DatasetView:
        """Set or remove the marks of Article 31 on an own dataset; None leaves one as it is."""
        with self.admitted(context, "amend"), self._writing() as session:
            dataset = self._own_dataset(session, context, reference_number)
            changed = registry.mark(
                session,
                dataset,
                protection=protection,
                residence=residence,
                context=context,
                kek=self._kek,
            )
            return dataset_view(changed, own=True, as_of=None)

    def _query(self, context: CallContext, transmission: Transmission) -> TransmissionView:
        """Answer the query of Article 18(1): compare, log, store nothing."""
        capture = read_capture(transmission.raw, self._extractor, gate=self._gate)
        with self._reading() as session:
            view = query_view(
                session,
                transmission,
                capture,
                galleries=self._galleries,
                context=context,
                kek=self._kek,
            )
        hits = [hit.dataset.record_id for hit in view.hits]
        self._log_shown(context, "query", hits, detail={"searched": view.searched})
        return view

    def _answer(
        self, context: CallContext, record_id: RecordId, *, replayed: bool
    ) -> TransmissionView:
        """Answer from what is stored; an answer that shows hits, or is a repetition, is logged."""
        with self._reading() as session:
            view = transmission_view(
                session, record_id, context=context, kek=self._kek, replayed=replayed
            )
        shown = [hit.dataset.record_id for hit in view.hits]
        if replayed:
            shown.insert(0, record_id)
        if shown:
            self._log_shown(context, "answer", shown)
        return view

    def _claim(
        self, context: CallContext, message: object, key: str, record_id: RecordId
    ) -> store.IdempotencyClaim:
        body = json.dumps(message, sort_keys=True, separators=(",", ":"), allow_nan=False)
        actor = context.actor
        scope = pseudonym(self._kek, f"{actor.member_state}|{actor.unit}|{actor.user_id}")
        digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
        return store.IdempotencyClaim(scope, key, digest, record_id, context.at)
