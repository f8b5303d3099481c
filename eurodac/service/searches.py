"""Calls of people who look things up or decide on links."""

from __future__ import annotations

from eurodac import registry, store
from eurodac.errors import ConflictError, FieldRefusedError, NotFoundError
from eurodac.lookup_views import IdentityLookupView
from eurodac.person import person_view, visible_to
from eurodac.present import dataset_view, link_view, visa_file_view
from eurodac.record import CallContext, LinkId, LinkState, RecordId, System
from eurodac.service.core import Core
from eurodac.service.identification import identify
from eurodac.service.lookup import find_people
from eurodac.transmission import read_capture, read_fingers, read_identity, read_nist
from eurodac.views import (
    IdentificationView,
    LinkView,
    LookupView,
    PersonView,
    VisaFileView,
)
from eurodac.visible import has_hidden

__all__ = ["SearchCalls"]


class SearchCalls(Core):
    """Identify, look up, view a person, decide on a link."""

    def identify(self, context: CallContext, message: object) -> IdentificationView:
        """Identify fingers among what this role may search; nothing is stored but the log."""
        with self._reads(context, "identify") as reading:
            capture = read_capture(read_fingers(message), self._extractor, gate=self._gate)
            with self._reading() as session:
                view, reading.shown = identify(
                    session,
                    capture,
                    galleries=self._galleries,
                    context=context,
                    grant=reading.grant,
                    kek=self._kek,
                )
            return view

    def identify_nist(self, context: CallContext, data: bytes) -> IdentificationView:
        """Identify the fingers of an ANSI/NIST-ITL file."""
        with self.admitted(context, "identify"):
            message = read_nist(data)
        return self.identify(context, {"fingerprints": message.get("fingerprints", [])})

    def lookup(self, context: CallContext, *, reference_number: str) -> LookupView:
        """Find a dataset of the own State by its reference number."""
        with self._reads(context, "lookup") as reading, self._reading() as session:
            dataset = self._own_dataset(session, context, reference_number)
            visible = visible_to(
                session,
                dataset.id,
                member_state=context.actor.member_state,
                kek=self._kek,
                linked=reading.grant.scope == "linked",
            )
            reading.shown = [dataset.id]
            view = dataset_view(dataset, own=True, as_of=None)
            return LookupView(dataset.id, visible.person_id, view)

    def lookup_identity(self, context: CallContext, message: object) -> IdentityLookupView:
        """Look for a person by name and what else is known, among what this role may search."""
        with self._reads(context, "lookup_identity") as reading:
            asked, k = read_identity(message)
            with self._reading() as session:
                view, reading.shown = find_people(
                    session,
                    asked,
                    k=k,
                    names=self._names,
                    call=(context, reading.grant),
                    kek=self._kek,
                )
            return view

    def lookup_visa(self, context: CallContext, *, application_number: str) -> VisaFileView:
        """Find a visa application of the own State by its number, as a visa authority.

        Raises:
            NotFoundError: this State has no such application, or the grant is not on visa files.
        """
        with self._reads(context, "lookup") as reading, self._reading() as session:
            found = store.find_vis_application(session, application_number)
            own = found is not None and found.member_state == context.actor.member_state
            if found is None or not own or reading.grant.system is not System.VIS:
                raise NotFoundError(
                    "application_not_found",
                    "this Member State has no visa application of that number",
                )
            reading.shown = [found.id]
            return visa_file_view(found)

    def person(self, context: CallContext, record_id: str) -> PersonView:
        """Show a person as this State, role and purpose may see them now."""
        known = RecordId(record_id)
        with self._reads(context, "view_person") as reading, self._reading() as session:
            view = person_view(session, known, context=context, grant=reading.grant, kek=self._kek)
            reading.shown = [dataset.record_id for dataset in view.datasets]
            reading.shown += [record.record_id for record in view.connected]
            return view

    def decide_link(
        self, context: CallContext, link_id: str, *, decision: str, reason: str
    ) -> LinkView:
        """Confirm or reject a link as an expert, with the reason."""
        with self.admitted(context, "decide_link"):
            if decision not in (LinkState.CONFIRMED, LinkState.REJECTED) or not reason.strip():
                raise ConflictError(
                    "decision", "a decision is 'confirmed' or 'rejected', with a reason"
                )
            if has_hidden(reason.strip()):
                raise FieldRefusedError(
                    "field_malformed",
                    "reason: write one line without control or format characters",
                    field="reason",
                )
            return self._decide(context, link_id, decision=decision, reason=reason)

    def _decide(
        self, context: CallContext, link_id: str, *, decision: str, reason: str
    ) -> LinkView:
        with self._writing() as session:
            link = registry.decide_link(
                session,
                store.get_link(session, LinkId(link_id)),
                state=LinkState(decision),
                reason=reason.strip(),
                context=context,
                kek=self._kek,
            )
            searched = store.searched_by(session, [link.found_by])
            open_still = link.state is not LinkState.REJECTED
            return link_view(link, may_decide=open_still, searched=searched.get(link.found_by))
