"""A live server on a loopback port, and a client that says who acts."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

PURPOSE_OF = {
    "auditor": "x-audit",
    "operator": "x-operate",
    "screening_officer": "f",
    "visa_authority": "h",
}


class Live:
    """A running server and the clients of the people who use it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._clients: dict[tuple[str, str], httpx.Client] = {}

    def client(self, role: str, state: str = "IT") -> httpx.Client:
        """Give the client of a role and State, with the purpose that role usually has."""
        key = (role, state)
        if key not in self._clients:
            self._clients[key] = httpx.Client(base_url=self.url, timeout=60)
            who = {"user_id": "test", "unit": "unit", "role": role, "member_state": state}
            answer = self._clients[key].post("/identities", json=who).raise_for_status()
            self._clients[key].headers.update(
                {
                    "Authorization": f"Bearer {answer.json()['token']}",
                    "Eurodac-Purpose": PURPOSE_OF.get(role, "a"),
                    "Eurodac-Case": "2026/1",
                }
            )
        return self._clients[key]

    def transmit(self, message: Any, state: str, key: str = "") -> dict[str, Any]:
        """Transmit a dataset as an asylum unit and expect it to be stored."""
        headers = {"Idempotency-Key": key or message["reference_number"]}
        answer = self.client("asylum_unit", state).post("/datasets", json=message, headers=headers)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self._clients.values():
            client.close()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving() -> Iterator[Live]:
    """Run the application in a thread, with the settings of the environment."""
    port = free_port()
    config = uvicorn.Config(
        "api.app:create_app", factory=True, port=port, access_log=False, log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    live = Live(f"http://127.0.0.1:{port}")
    try:
        yield live
    finally:
        live.close()
        server.should_exit = True
        thread.join(timeout=30)
