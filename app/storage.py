"""The bytes of uploads: type by content, pictures re-encoded, random names outside the web root. No rights here."""

from __future__ import annotations

import hashlib
import io
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar, cast
from uuid import UUID, uuid4

import filetype
from flask_babel import lazy_gettext as _
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from app import svg
from app.errors import Invalid, TooLarge
from app.vault import Vault

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 10
MAX_PIXELS = 50_000_000
#: Longest side of a stored picture and of its preview, in pixels.
PICTURE_SIDE = 2560
PREVIEW_SIDE = 640
#: Of a plan, on which small print has to stay readable.
PLAN_SIDE = 4096
# Ours is lower, and is asked as soon as the header is read: nothing is decoded before. Pillow's would be a warning.
Image.MAX_IMAGE_PIXELS = None

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
#: What may be uploaded: extension → content types that its bytes may turn out to be.
ALLOWED: dict[str, frozenset[str]] = {
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "png": frozenset({"image/png"}),
    "gif": frozenset({"image/gif"}),
    "webp": frozenset({"image/webp"}),
    "pdf": frozenset({"application/pdf"}),
    "doc": frozenset({"application/msword", "application/x-ole-storage"}),
    "xls": frozenset({"application/vnd.ms-excel", "application/x-ole-storage"}),
    "ppt": frozenset({"application/vnd.ms-powerpoint", "application/x-ole-storage"}),
    "docx": frozenset({_OOXML + "wordprocessingml.document", "application/zip"}),
    "xlsx": frozenset({_OOXML + "spreadsheetml.sheet", "application/zip"}),
    "pptx": frozenset({_OOXML + "presentationml.presentation", "application/zip"}),
    "odt": frozenset({_ODF + "text", "application/zip"}),
    "ods": frozenset({_ODF + "spreadsheet", "application/zip"}),
    "zip": frozenset({"application/zip"}),
    "mp4": frozenset({"video/mp4", "video/x-m4v"}),
    "mov": frozenset({"video/quicktime"}),
    "txt": frozenset({"text/plain"}),
    "csv": frozenset({"text/plain"}),
}
#: What a plan may be: extension → content type; None is a drawing, which says what it is when it is parsed.
PLANS = {"svg": None, "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
#: What a file input offers.
ACCEPT = ",".join(f".{extension}" for extension in ALLOWED)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Stored:
    id: UUID
    name: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None


class Storage:
    """Files under `root`, named by their id: ab/abcdef… and, for pictures, a preview beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, file_id: UUID, *, preview: bool = False) -> Path:
        name = file_id.hex
        return self.root / name[:2] / (f"{name}.preview" if preview else name)

    def save(self, stream: IO[bytes], filename: str) -> Stored:
        """Check and keep an upload. Raises Invalid (empty, forbidden or lying type, broken picture) or TooLarge."""
        name, data = _read(stream, filename)
        content_type = checked_type(name, data)
        if content_type in _PICTURES:
            return off_thread(lambda: self._save_picture(uuid4(), name, data))
        return self.keep(Stored(uuid4(), name, content_type, len(data)), data)

    def save_plan(self, stream: IO[bytes], filename: str) -> Stored:
        """Check and keep a plan: a drawing that is cleaned, or a picture that is drawn anew on white. Raises Invalid
        (none of these, broken, animated) or TooLarge."""
        name, data = _read(stream, filename)
        extension = name.rpartition(".")[2].lower()
        if extension not in PLANS:
            raise Invalid(
                text=_("A plan is an SVG drawing or a PNG, JPEG or WebP picture."), code="file_forbidden"
            )
        guess = filetype.guess(data)
        if (guess.mime if guess else None) != PLANS[extension]:
            raise _lying(name)
        if extension == "svg":
            return off_thread(lambda: self._save_drawing(name, data))
        return off_thread(lambda: self._save_sheet(name, data))

    def _save_drawing(self, name: str, data: bytes) -> Stored:
        cleaned, width, height = svg.clean(data, name)
        return self.keep(Stored(uuid4(), name, "image/svg+xml", len(cleaned), width, height), cleaned)

    def _save_sheet(self, name: str, data: bytes) -> Stored:
        sheet = _on_white(_decoded(name, data, PLAN_SIDE, still=True), PLAN_SIDE)
        # Lines and print stay sharp where they were sharp.
        kind, content_type = (
            ("JPEG", "image/jpeg") if name.lower().endswith(("jpg", "jpeg")) else ("PNG", "image/png")
        )
        out = io.BytesIO()
        sheet.save(out, kind, quality=88)
        return self.keep(Stored(uuid4(), name, content_type, out.tell(), *sheet.size), out.getvalue())

    def keep(self, stored: Stored, data: bytes) -> Stored:
        """Bytes that were checked."""
        self._folder(stored.id)
        _write(self.path(stored.id), data)
        return stored

    def _folder(self, file_id: UUID) -> None:
        self.path(file_id).parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _save_picture(self, file_id: UUID, name: str, data: bytes) -> Stored:
        """Re-encoded: what is not picture (scripts, location of the camera) does not survive."""
        picture = _decoded(name, data, PICTURE_SIDE)
        transparent = _is_transparent(picture)
        picture = _in_mode(picture, "RGBA" if transparent else "RGB")
        picture.info.clear()  # comments would be written again
        kind, content_type = ("PNG", "image/png") if transparent else ("JPEG", "image/jpeg")
        picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
        full = _encode(picture, kind)
        size = picture.size
        picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        self._folder(file_id)
        _write(self.path(file_id), full)
        _write(self.path(file_id, preview=True), _encode(picture, "WEBP"))
        return Stored(file_id, name, content_type, len(full), *size)

    def remove(self, file_id: UUID) -> None:
        for preview in (False, True):
            self.path(file_id, preview=preview).unlink(missing_ok=True)


class Safe:
    """Files whose bytes nobody reads on the disk: kept as they came, for a document must not change, and sealed."""

    def __init__(self, storage: Storage, vault: Vault) -> None:
        self._storage, self._vault = storage, vault
        self.remove = storage.remove

    def save(self, stream: IO[bytes], filename: str) -> tuple[Stored, str]:
        """Check and keep an upload; with it the SHA-256 of its bytes. Raises Invalid or TooLarge as Storage does."""
        name, data = _read(stream, filename)
        stored = Stored(uuid4(), name, checked_type(name, data), len(data))
        self._storage.keep(stored, off_thread(lambda: self._vault.seal(data, stored.id.hex)))
        return stored, hashlib.sha256(data).hexdigest()

    @staticmethod
    def check(stream: IO[bytes], filename: str) -> None:
        """Raise what `save` would; nothing is kept, and the stream stands at its beginning again."""
        checked_type(*_read(stream, filename))
        stream.seek(0)

    def read(self, file_id: UUID) -> bytes:
        """The bytes as they came. Raises FileNotFoundError, vault.Broken."""
        sealed = self._storage.path(file_id).read_bytes()
        return off_thread(lambda: self._vault.open(sealed, file_id.hex))


def _read(stream: IO[bytes], filename: str) -> tuple[str, bytes]:
    """The cleaned name and all bytes. Raises Invalid for an empty file, TooLarge."""
    name = clean_name(filename)
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise TooLarge(_("“%(name)s” is larger than %(limit)s MB.", name=name, limit=limit))
    if not data:
        raise Invalid(text=_("“%(name)s” is empty.", name=name), code="file_empty")
    return name, data


def _decoded(name: str, data: bytes, side: int, *, still: bool = False) -> Image.Image:
    """The picture, upright, at least as large as `side` needs if it was; its size is asked before it is decoded.
    `still` refuses what moves. Raises Invalid, TooLarge."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise TooLarge(
                    _(
                        "“%(name)s” has too many pixels: at most %(most)s million.",
                        name=name,
                        most=MAX_PIXELS // 10**6,
                    )
                )
            if still and getattr(opened, "is_animated", False):
                raise Invalid(text=_("“%(name)s” is an animation. Choose a still picture.", name=name))
            # A JPEG can be decoded at a half, a quarter or an eighth: less to hold.
            opened.draft(None, _within(opened.size, side))
            ImageOps.exif_transpose(opened, in_place=True)
            opened.load()
            return opened
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        text = _("“%(name)s” is not a picture that can be read.", name=name)
        raise Invalid(text=text, code="file_broken") from error


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size in the same proportions with no side longer than this; never more than it is."""
    part = min(1.0, side / max(size))
    return max(1, round(size[0] * part)), max(1, round(size[1] * part))


def _is_transparent(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """`convert` copies even what is in the mode already: 200 MB for the largest picture."""
    return picture if picture.mode == mode else picture.convert(mode)


def _on_white(picture: Image.Image, side: int) -> Image.Image:
    """The picture, shrunk, with white under what is transparent. In place and a channel at a time: whole copies of the
    largest picture would take 750 MB."""
    picture = _in_mode(picture, "RGBA" if _is_transparent(picture) else "RGB")
    if picture.mode == "RGBA":
        picture.paste((255, 255, 255, 255), mask=ImageChops.invert(picture.getchannel("A")))
    size = _within(picture.size, side)
    return Image.merge("RGB", [picture.getchannel(name).resize(size, reducing_gap=2.0) for name in "RGB"])


def _lying(name: str) -> Invalid:
    return Invalid(
        text=_("The content of “%(name)s” is not what its name says.", name=name), code="file_lying"
    )


def checked_type(name: str, data: bytes) -> str:
    """The content type by the bytes. Raises Invalid if the kind is not allowed, or is not what the name says."""
    extension = name.rpartition(".")[2].lower()
    if extension not in ALLOWED:
        raise Invalid(
            text=_(
                "Files like “%(name)s” cannot be sent: only photos, video, PDF, documents and ZIP archives.",
                name=name,
            ),
            code="file_forbidden",
        )
    guess = filetype.guess(data)
    found = guess.mime if guess else _text_type(data)
    if found not in ALLOWED[extension]:
        raise _lying(name)
    return "application/octet-stream" if found == "application/x-ole-storage" else found


def _text_type(data: bytes) -> str:
    if b"\0" in data:
        return "application/octet-stream"
    for encoding in ("utf-8", "cp1251"):
        try:
            data.decode(encoding)
            return "text/plain"
        except UnicodeDecodeError:
            continue
    return "application/octet-stream"


def clean_name(filename: str) -> str:
    """The last part of the name, without control and direction-changing characters, at most 120 characters."""
    name = re.split(r"[\\/]", filename)[-1]
    name = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C").strip(
        " ."
    )
    stem, dot, extension = name.rpartition(".")
    return f"{stem[:110]}{dot}{extension[:9]}" if dot else name[:120] or "file"


def _encode(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "WEBP":
        picture.save(out, kind, quality=78, method=2)
    else:
        picture.save(out, kind, quality=85, optimize=kind == "PNG")
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on disk before the row that names it is committed."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def off_thread(work: Callable[[], Result]) -> Result:
    """Run CPU-bound work in a real thread when this process serves sockets by gevent, so that none of them stalls."""
    try:
        from gevent import get_hub, monkey
    except ImportError:
        return work()
    if not monkey.is_module_patched("threading"):
        return work()
    result, error = get_hub().threadpool.apply(_caught, (work,))
    if error is not None:
        raise error
    return cast(Result, result)


def _caught(work: Callable[[], Result]) -> tuple[Result | None, Exception | None]:
    """gevent would write into the log what a thread raises, also a refusal."""
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001 - raised again by whoever waits
        return None, error
