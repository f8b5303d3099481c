"""The OpenAPI document is committed, true and complete."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app, openapi

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(create_app())


def test_the_committed_document_is_that_of_the_code(document: dict[str, Any]) -> None:
    """If this fails: make docs, and review the difference."""
    assert json.loads(COMMITTED.read_text("utf-8")) == json.loads(json.dumps(document))


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_declares_its_problems(document: dict[str, Any]) -> None:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operation in operations(document):
        assert operation["responses"]["default"]["content"] == {"application/problem+json": problem}
        assert operation["summary"]
        assert operation["description"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    found = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert found - set(document["components"]["schemas"]) == set()


def test_no_address_holds_more_than_an_opaque_id(document: dict[str, Any]) -> None:
    parameters = [p for operation in operations(document) for p in operation.get("parameters", ())]
    assert {p["in"] for p in parameters} <= {"path", "header"}
    assert {p["name"] for p in parameters if p["in"] == "path"} == {"record_id", "link_id"}
