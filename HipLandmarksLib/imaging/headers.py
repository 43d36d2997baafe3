"""What a NIfTI, NRRD or MetaImage header really states; ITK fills what is missing with ones.

Sources: the NIfTI-1 and NIfTI-2 header layouts, the NRRD0005 format, the MetaIO tags.
"""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ImageError

_TEXT_HEADER_BYTES = 1 << 16


@dataclass(frozen=True)
class StatedGeometry:
    """Number of axes, and whether the file itself states spacing and orientation."""

    axes: int
    spacing: bool
    orientation: bool


def stated_geometry(path: Path) -> StatedGeometry:
    """Geometry that the header of a .nii, .nii.gz, .nrrd, .nhdr, .mha or .mhd file states.

    Raises:
        ImageError: when the file is not of its kind. NIfTI is also refused when it is cut off or
            holds NaN, since ITK reads both as zeros; the other formats are checked by ITK.
    """
    name = path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        return _nifti(path)
    return _nrrd(path) if name.endswith((".nrrd", ".nhdr")) else _meta(path)


@dataclass(frozen=True)
class _NiftiLayout:
    size: int
    datatype: int
    dims: tuple[str, int]
    bits: tuple[str, int]
    spacing: tuple[str, int]
    offset: tuple[str, int]
    codes: tuple[tuple[str, int], tuple[str, int]]


_NIFTI_1 = _NiftiLayout(
    348, 70, ("8h", 40), ("h", 72), ("8f", 76), ("f", 108), (("h", 252), ("h", 254))
)
_NIFTI_2 = _NiftiLayout(
    540, 12, ("8q", 16), ("h", 14), ("8d", 104), ("q", 168), (("i", 344), ("i", 348))
)
_NIFTI_FLOATS = {16: "f4", 64: "f8"}


def _nifti(path: Path) -> StatedGeometry:
    try:
        with _open(path) as stream:
            head = stream.read(540)
        layout, order = _nifti_layout(head)
        dims = struct.unpack_from(order + layout.dims[0], head, layout.dims[1])
        bits = struct.unpack_from(order + layout.bits[0], head, layout.bits[1])[0]
        offset = struct.unpack_from(order + layout.offset[0], head, layout.offset[1])[0]
        spacing = struct.unpack_from(order + layout.spacing[0], head, layout.spacing[1])
        codes = [struct.unpack_from(order + code, head, at)[0] for code, at in layout.codes]
        kind = struct.unpack_from(order + "h", head, layout.datatype)[0]
        expected = int(offset) + math.prod(dims[1 : dims[0] + 1]) * bits // 8
        cut_off = not _at_least(path, expected)
        if kind in _NIFTI_FLOATS and not cut_off:
            _require_finite(path, order + _NIFTI_FLOATS[kind], int(offset), expected)
    except (struct.error, ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImageError(f"{path} is not a NIfTI image or is damaged: export it again.") from error
    if cut_off:
        raise ImageError(f"{path} is cut off: the pixels end too early; copy or export it again.")
    valid = _valid(spacing[1 : min(dims[0], 3) + 1])
    return StatedGeometry(dims[0], valid, any(code > 0 for code in codes))


def _require_finite(path: Path, kind: str, offset: int, end: int) -> None:
    with _open(path) as stream:
        values = np.frombuffer(stream.read(end)[offset:], dtype=kind)
    if not np.all(np.isfinite(values)):
        raise ImageError(f"{path} holds NaN or infinite values; export it again without them.")


def _nifti_layout(head: bytes) -> tuple[_NiftiLayout, str]:
    for order in "<>":
        size = struct.unpack_from(order + "i", head)[0]
        for layout in (_NIFTI_1, _NIFTI_2):
            if size == layout.size and len(head) >= layout.size:
                dims = struct.unpack_from(order + layout.dims[0], head, layout.dims[1])
                if 1 <= dims[0] <= 7 and min(dims[1 : dims[0] + 1]) > 0:
                    return layout, order
    raise ValueError("no NIfTI header")


def _open(path: Path) -> gzip.GzipFile:
    compressed = path.name.lower().endswith(".gz")
    return gzip.open(path) if compressed else path.open("rb")  # type: ignore[return-value]


def _at_least(path: Path, expected: int) -> bool:
    """Whether the (unpacked) file holds at least ``expected`` bytes."""
    if not path.name.lower().endswith(".gz"):
        return path.stat().st_size >= expected
    with path.open("rb") as stream:  # the last four bytes of a gzip file state its unpacked size
        stream.seek(-4, 2)
        if struct.unpack("<I", stream.read(4))[0] == expected % (1 << 32):
            return True
    with gzip.open(path) as unpacked:  # padded, of several members, or really cut off
        unpacked.seek(expected)
        return unpacked.tell() >= expected


def _nrrd(path: Path) -> StatedGeometry:
    with path.open("rb") as stream:
        head = stream.read(_TEXT_HEADER_BYTES)
    ended = path.name.lower().endswith(".nhdr") or re.search(rb"\n\r?\n", head)
    if not head.startswith(b"NRRD") or not ended:
        raise ImageError(f"{path} is not an NRRD image or is damaged: export it again.")
    lines = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].decode("latin-1").splitlines()
    fields = {
        key.strip().lower(): value.strip()
        for key, _, value in (line.partition(": ") for line in lines if not line.startswith("#"))
    }
    vectors = re.findall(r"\(([^)]*)\)", fields.get("space directions", ""))
    lengths = [math.hypot(*_floats(vector.replace(",", " "))) for vector in vectors]
    if not vectors:
        lengths = [step for step in _floats(fields.get("spacings", "")) if not math.isnan(step)]
    known = fields.get("space", "").lower().replace("-", " ")
    oriented = bool(vectors) and ("superior" in known or known in ("ras", "las", "lps"))
    axes = int((_floats(fields.get("dimension", "")) or [3])[0])
    return StatedGeometry(axes, len(lengths) >= min(3, axes) and _valid(lengths), oriented)


def _meta(path: Path) -> StatedGeometry:
    with path.open("rb") as stream:
        head = stream.read(_TEXT_HEADER_BYTES).decode("latin-1")
    pairs = re.findall(r"^(\w+) *= *(.*?)\s*$", head, flags=re.MULTILINE)
    fields: dict[str, str] = dict(pairs)
    if not {"NDims", "ElementDataFile"} <= fields.keys():
        raise ImageError(f"{path} is not an MHA/MHD image or is damaged: export it again.")
    spacing = _floats(fields.get("ElementSpacing", fields.get("ElementSize", "")))
    oriented = any(key in fields for key in ("TransformMatrix", "Rotation", "Orientation"))
    axes = int((_floats(fields["NDims"]) or [3])[0])
    return StatedGeometry(axes, len(spacing) >= min(3, axes) and _valid(spacing), oriented)


def _floats(words: str) -> list[float]:
    try:
        return [float(word) for word in words.split()]
    except ValueError:
        return []


def _valid(steps: list[float] | tuple[float, ...]) -> bool:
    return len(steps) > 0 and all(math.isfinite(step) and step > 0 for step in steps)
