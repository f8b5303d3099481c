"""Operational settings; rules of law and tuned numbers never live here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from eurodac.errors import SettingError
from matching.fingerprint.cuts import MISS_BUDGET
from matching.thresholds import DEFAULT_FPIR

__all__ = ["Settings", "load_settings"]

_WORDS = {int: "a whole number", float: "a number", bool: "true or false"}


def _from_home(path: Path) -> Path:
    """Read ``~`` as shells do; most that set variables of a service do not."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError("nobody of that name has a home") from None


HomePath = Annotated[Path, AfterValidator(_from_home)]


class Settings(BaseSettings):
    """Everything an operator can set, each by an environment variable ``EURODAC_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="EURODAC_", frozen=True, extra="ignore")

    home: HomePath = Field(
        default=Path("var/eurodac"),
        description="Folder of the SQLite registry, the key files and the gallery snapshots.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty = SQLite file registry.db in EURODAC_HOME.",
    )
    key_file: HomePath | None = Field(
        default=None,
        description="Key-encryption key, mode 0600; empty = keys/kek in EURODAC_HOME. In "
        "production it lies on another volume than the database.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `eurodac serve` listens on.")
    port: int = Field(default=8858, ge=1, le=65535, description="Port of `eurodac serve`.")
    development_identities: bool = Field(
        default=False,
        description="Allow sign-in with a chosen identity. Never with real data.",
    )
    face_comparison: bool = Field(
        default=False,
        description="Face comparison; stays off until Article 63(5) of 2024/1358 introduces it.",
    )
    target_fpir: float = Field(
        default=DEFAULT_FPIR,
        gt=0,
        le=0.01,
        description="Highest share of fingerprint searches of a person who is not recorded that "
        "may show a wrong candidate; the threshold follows it and the size of the gallery.",
    )
    search_arrangements: bool = Field(
        default=True,
        description="Search a capture that finds nobody again with hands swapped and mirrored; "
        "such a search takes four times as long, and people who swap hands are found.",
    )
    max_body_bytes: int = Field(
        default=32 * 1024 * 1024,
        ge=1024,
        description="Largest request body; ten uncompressed finger images need about 3 MB.",
    )
    gallery_engine: Literal["native", "faiss"] = Field(
        default="native",
        description="What searches the gallery: native keeps minutiae and builds what it compares, "
        "faiss keeps what is compared, in ten times the memory.",
    )
    gallery_miss_budget: float = Field(
        default=MISS_BUDGET,
        ge=0,
        le=0.01,
        description="Share of mates that a search of the native gallery may lose because it "
        "compares only those that are near; of captures with mislabelled fingers more are lost. A "
        "tenth of it costs two to three times the time; below 3e-5, and with 0, everybody is "
        "compared, and a search of many thousand records takes seconds.",
    )
    gallery_threads: int = Field(
        default=1, ge=1, le=256, description="Threads that one search of the native gallery uses."
    )
    gallery_rows_folder: HomePath | None = Field(
        default=None,
        description="Folder on a local disk for the minutiae of the native gallery, 6 KB a record "
        "(twice while it is rebuilt), in files without a name, encrypted under a key that the "
        "process alone has. Empty = in memory, which suits up to a million records.",
    )
    busy_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        le=120,
        description="How long a SQLite writer waits for another before it gives up.",
    )

    @property
    def url(self) -> str:
        """The database URL in use."""
        return self.database_url or f"sqlite+pysqlite:///{self.home / 'registry.db'}"

    @property
    def key_path(self) -> Path:
        """The key-encryption key file in use."""
        return self.key_file or self.home / "keys" / "kek"

    @property
    def gallery_folder(self) -> Path:
        """Where gallery snapshots lie."""
        return self.home / "gallery"

    @property
    def names_folder(self) -> Path:
        """Where snapshots of the name index lie."""
        return self.home / "names"


def load_settings() -> Settings:
    """Read the settings of the environment.

    Raises:
        SettingError: ``setting_malformed``, with the setting and what it may be; its value is not
            repeated.
    """
    try:
        return Settings()
    except ValidationError as error:
        name = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        name = name.lower().removeprefix("eurodac_")
        raise SettingError(
            "setting_malformed", f"EURODAC_{name.upper()}: must be {_allowed(name)}"
        ) from None


def _allowed(name: str) -> str:
    field = Settings.model_fields[name]
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    signs = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    limits = [
        f"{word} {getattr(part, sign):g}"
        for part in field.metadata
        for sign, word in signs.items()
        if getattr(part, sign, None) is not None
    ]
    return ", ".join([_WORDS.get(kind, "text"), *limits])
