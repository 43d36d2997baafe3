"""Triangle meshes from PLY files (ASCII or binary), the format of the bones that a user supplies.

Format: "PLY - Polygon File Format", G. Turk, Stanford University (1994).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ConfigurationError
from .types import BoneSurface

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDER = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
_INDICES = ("vertex_indices", "vertex_index")
_HEADER_END = b"end_header"


@dataclass
class _Element:
    """One element of a header: its name, its count and its properties (name, types)."""

    name: str
    count: int
    properties: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


def read_ply(path: Path | str) -> BoneSurface:
    """Read a closed triangle mesh; coordinates stay in the file's own axes.

    Raises:
        ConfigurationError: when the file is missing, is no PLY, is cut short, has polygons other
            than triangles, or its triangles do not fit its points.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The surface {path} cannot be read: {error.strerror}.") from error
    if not content.startswith(b"ply") or _HEADER_END not in content:
        raise ConfigurationError(f"{path} is not a PLY file; save the surface as PLY.")
    start = content.index(b"\n", content.index(_HEADER_END)) + 1
    try:
        order, elements = _header(content[:start].decode("ascii", "replace"))
        read = _ascii if order == "" else _binary
        vertices, faces = read(content[start:], elements, order)
    except (ValueError, KeyError, IndexError) as error:
        raise ConfigurationError(
            f"The PLY file {path} cannot be understood ({error}); save it as a plain triangle mesh."
        ) from error
    return BoneSurface(vertices, faces)


def _header(text: str) -> tuple[str, list[_Element]]:
    order: str | None = None
    elements: list[_Element] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["format"]:
            order = _ORDER[words[1]]
        elif words[:1] == ["element"]:
            elements.append(_Element(words[1], int(words[2])))
        elif words[:1] == ["property"] and words[1] == "list":
            elements[-1].properties.append((words[4], (_TYPES[words[2]], _TYPES[words[3]])))
        elif words[:1] == ["property"]:
            elements[-1].properties.append((words[2], (_TYPES[words[1]],)))
    if order is None:
        raise ValueError("no format line")
    return order, elements


def _row_type(element: _Element, order: str) -> np.dtype[np.void]:
    """The record of one element, with every list taken to hold three numbers."""
    fields: list[tuple[str, str] | tuple[str, str, tuple[int, ...]]] = []
    for name, types in element.properties:
        if len(types) == 2:
            fields += [(f"{name} count", order + types[0]), (name, order + types[1], (3,))]
        else:
            fields.append((name, order + types[0]))
    return np.dtype(fields)


def _binary(
    body: bytes, elements: list[_Element], order: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    tables: dict[str, NDArray[np.void]] = {}
    offset = 0
    for element in elements:
        row = _row_type(element, order)
        tables[element.name] = np.frombuffer(body, row, element.count, offset)
        offset += element.count * row.itemsize
    vertex, face = tables["vertex"], tables["face"]
    indices = _indices_name(elements)
    if not np.all(face[f"{indices} count"] == 3):
        raise ValueError("polygons that are no triangles")
    vertices = np.stack([vertex[axis] for axis in "xyz"], axis=1)
    return vertices.astype(np.float64), face[indices].astype(np.int64)


def _ascii(
    body: bytes, elements: list[_Element], _order: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    lines = body.decode("ascii").splitlines()
    rows: dict[str, list[list[str]]] = {}
    for element in elements:
        rows[element.name] = [line.split() for line in lines[: element.count]]
        lines = lines[element.count :]
    names = {element.name: [name for name, _ in element.properties] for element in elements}
    columns = [names["vertex"].index(axis) for axis in "xyz"]
    place = names["face"].index(_indices_name(elements))
    if any(row[place] != "3" for row in rows["face"]):
        raise ValueError("polygons that are no triangles")
    vertices = np.array([[float(row[column]) for column in columns] for row in rows["vertex"]])
    faces = [[int(index) for index in row[place + 1 : place + 4]] for row in rows["face"]]
    return vertices.reshape(-1, 3), np.array(faces, dtype=np.int64).reshape(-1, 3)


def _indices_name(elements: list[_Element]) -> str:
    face = next(element for element in elements if element.name == "face")
    names = [name for name, types in face.properties if len(types) == 2]
    return next(name for name in names if name in _INDICES)
