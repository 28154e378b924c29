"""Job descriptions from files: text in any encoding, PDF and DOCX."""

import io
import logging
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fj_mcp.text.cleaning import clean_block

T = TypeVar("T")

LARGEST_FILE = 20_000_000
_MOST_CHARACTERS = 200_000
"""A job description is a fraction of it."""

_LARGEST_CONTENT = 2_000_000
"""Bytes of a PDF's pages, or of a DOCX file's XML; to parse more takes minutes."""

_TOO_LONG = f"is too large; a job description may have up to {_MOST_CHARACTERS:,} characters"
_TOO_MUCH = "is too large to be read; paste the text of the job description into a text file"

_FEW_LETTERS = 20
"""Fewer in a whole PDF are a page number on a scan."""

_AS_TEXT = "save it as PDF, DOCX or plain text"
_PAGES = "is a Pages document; export it as PDF or Word"
_NO_TEXT = "is not a text document; use a PDF, DOCX or plain text file"

_END = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"

# How files begin that are no job description yet, and what to do about it.
_SIGNS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "is an old Word file (.doc) or has a password; open it in Word, and save it as DOCX "
        "without a password",
    ),
    (re.compile(rb"\{\\rtf"), f"is an RTF file; open it in Word or LibreOffice, and {_AS_TEXT}"),
    (
        re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM.{4}\0{4}|RIFF.{4}WEBP|"
                   rb".{4}ftyp(?:heic|heix|mif1|avif)", re.DOTALL),
        "is a picture; paste the text of the job description into a text file",
    ),
    (
        re.compile(rb"\s*(?:<!doctype html|<html|<\?xml)", re.IGNORECASE),
        "is a web page or XML; paste the text of the job description into a text file",
    ),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ"), "is an archive; unpack it first"),
)  # fmt: skip


_WESTERN = frozenset(
    "äöüÄÖÜßàâæçéèêëîïôœùûÿÀÂÇÉÈÊËÎÏÔŒÙÛáíóúñÁÍÓÚÑ¡¿åøÅØ–—‘’‚“”„…•·€£§°«»©®™\xa0´ºª½"
)
"""The letters and signs of western European texts."""


class Unreadable(Exception):
    """A file that is no job description; the text is a sentence that says what to do."""


def read_job_description(name: str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        Unreadable: if there is no such file, or it has no text that can be read.
    """
    pasted = name == "-" and sys.stdin is not None and sys.stdin.isatty()
    if name == "-":
        shown, data = "the pasted text" if pasted else "standard input", _standard_input(pasted)
    else:
        shown, data = name, _file(name)
    if len(data) > LARGEST_FILE:
        raise _cannot(shown, f"is too large; a file may have up to {LARGEST_FILE // 10**6} MB")
    try:
        text = _text_of(data, Path(name).suffix.lower())
    except Unreadable as reason:
        raise _cannot(shown, str(reason)) from None
    if len(text) > _MOST_CHARACTERS:
        raise _cannot(shown, _TOO_LONG)
    text = clean_block(text, _MOST_CHARACTERS)
    if not text.strip():
        if pasted:
            raise _cannot("nothing", f"was pasted; paste the job description, then press {_END}")
        raise _cannot(shown, "is empty; it should have the text of a job description")
    return text


def _cannot(shown: str, why: str) -> Unreadable:
    return Unreadable(f"The demo was not started: {shown} {why}.")


def _standard_input(pasted: bool) -> bytes:
    if sys.stdin is None:
        return b""
    if pasted:
        print(f"Paste the job description, then press {_END}.", file=sys.stderr)  # noqa: T201
    return sys.stdin.buffer.read(LARGEST_FILE + 1)


def _file(name: str) -> bytes:
    path = Path(name)
    if path.is_dir() and path.suffix.lower() == ".pages":
        raise _cannot(name, _PAGES)
    if path.is_dir():
        raise _cannot(name, "is a folder; name the file of the job description")
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _cannot(name, "does not exist") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _cannot(name, f"cannot be read ({reason})") from None


def _text_of(data: bytes, suffix: str) -> str:
    if b"%PDF-" in data[:1024]:
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _office(data, suffix)
    for sign, why in _SIGNS:
        if sign.match(data):
            raise Unreadable(why)
    return _plain(data)


def _pdf(data: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    # It reports each oddity of a file on stderr.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    locked = "has a password; save a copy without one"

    def read() -> str:
        try:
            reader = PdfReader(io.BytesIO(data))
            # Many files are encrypted only against changes, with an empty password.
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable(locked)
            parts: list[str] = []
            left = _LARGEST_CONTENT
            for page in reader.pages:
                content = page.get_contents()
                left -= 0 if content is None else len(content.get_data())
                if left < 0:
                    raise Unreadable(_TOO_MUCH)
                parts.append(page.extract_text())
                if sum(map(len, parts)) > _MOST_CHARACTERS:
                    break
        except (DependencyError, FileNotDecryptedError):
            raise Unreadable(locked) from None
        return "\n".join(parts)

    text = _parsed("PDF", read)
    if sum(letter.isalnum() for letter in text) < _FEW_LETTERS:
        raise Unreadable(
            "is a scan, a PDF of pictures without text; run text recognition (OCR) on it, or paste "
            "the text into a text file"
        )
    return text


def _office(data: bytes, suffix: str) -> str:
    def names() -> tuple[set[str], int]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            read = (one for one in parts if re.match(r"word/.*\.xml$", one.filename))
            return {one.filename for one in parts}, sum(one.file_size for one in read)

    inside, size = _parsed("DOCX", names)
    if size > _LARGEST_CONTENT:
        raise Unreadable(_TOO_MUCH)
    if "word/document.xml" not in inside:
        if "mimetype" in inside or "content.xml" in inside:
            raise Unreadable(f"is an OpenDocument file; open it in LibreOffice, and {_AS_TEXT}")
        if suffix == ".pages":
            raise Unreadable(_PAGES)
        if any(name.startswith(("xl/", "ppt/", "Index/")) for name in inside):
            raise Unreadable(_NO_TEXT)
        raise Unreadable("is an archive; unpack it first")
    from mammoth import extract_raw_text

    text: str = _parsed("DOCX", lambda: extract_raw_text(io.BytesIO(data)).value)
    # It ends paragraphs with two line ends.
    return text.replace("\n\n", "\n")


def _parsed(kind: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except Unreadable:
        raise
    except Exception:
        # A damaged file makes a parser raise anything.
        raise Unreadable(f"is a damaged {kind} file; open it, and save it again") from None


def _plain(data: bytes) -> str:
    # No encoding has more than four bytes for a character.
    if len(data) > 4 * _MOST_CHARACTERS:
        raise Unreadable(_TOO_LONG)
    text = _decoded(data)
    odd = sum(not letter.isprintable() and not letter.isspace() for letter in text[:10_000])
    if odd > len(text[:10_000]) // 20:
        raise Unreadable(_NO_TEXT)
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:4000]
    # Half of the bytes of western text in UTF-16 are zero.
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if sample.count(0) > len(sample) // 4 and zeros.count(0) > len(zeros) * 0.7:
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def _guessed(data: bytes) -> str:
    # Most texts that are not in Unicode are in the encoding of Windows in western Europe.
    western = data.decode("cp1252", errors="replace")
    if _WESTERN.issuperset(letter for letter in western if letter > "\x7f"):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:100_000]).best()
    return western if best is None else data.decode(best.encoding, errors="replace")
