"""Whatever is given instead of an image, one clear sentence comes back and nothing else."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import SimpleITK as sitk  # noqa: N813

from HipLandmarksLib.errors import ImageError
from HipLandmarksLib.imaging import read_image


def _refusal(path: Path, **options: str) -> str:
    with pytest.raises(ImageError) as refusal:
        read_image(path, **options)
    message = str(refusal.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


def test_a_path_that_does_not_exist(tmp_path):
    assert "does not exist" in _refusal(tmp_path / "nowhere")
    assert "does not exist" in _refusal(tmp_path / "nowhere.nii")


def test_a_folder_without_images(tmp_path):
    (tmp_path / "readme.txt").write_text("hello")
    assert "holds no DICOM images: give a folder of DICOM files, or the image file itself" in (
        _refusal(tmp_path)
    )


def test_a_folder_with_images_of_another_kind_names_one(tmp_path):
    (tmp_path / "hip.nii.gz").write_text("x")
    assert _refusal(tmp_path).endswith("or the image file itself, such as hip.nii.gz.")


def test_an_empty_folder(tmp_path):
    assert "holds no DICOM images" in _refusal(tmp_path)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.nrrd", "a.mha", "a.png", "a.dcm", "a"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).touch()
    assert "is empty (0 bytes)" in _refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.nii", "NIfTI"),
        ("a.nii.gz", "NIfTI"),
        ("a.nrrd", "NRRD"),
        ("a.mha", "MHA/MHD"),
        ("a.mhd", "MHA/MHD"),
        ("a.png", "PNG"),
        ("a.jpg", "JPG"),
    ],
)
@pytest.mark.parametrize("lines", [1, 300])
def test_a_text_file_with_the_name_of_an_image(tmp_path, name, kind, lines):
    (tmp_path / name).write_text("this is not an image\n" * lines)
    assert re.search(f"is not an? {kind} (image|picture)", _refusal(tmp_path / name))


@pytest.mark.parametrize("name", ["a.txt", "a", "a.dcm", "a.hdr"])
def test_a_file_of_an_unknown_kind(tmp_path, name):
    (tmp_path / name).write_text("this is not an image\n" * 100)
    message = _refusal(tmp_path / name)
    assert "is not an image that can be read: give a DICOM folder or file, NIfTI" in message


def test_dicom_in_name_only_inside_a_folder(tmp_path):
    (tmp_path / "a.dcm").write_text("this is not DICOM\n" * 100)
    assert "a.dcm is empty or damaged" in _refusal(tmp_path)


def test_dicom_with_nothing_behind_its_preamble(tmp_path):
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM")
    assert "a.dcm" in _refusal(tmp_path / "a.dcm")


def test_dicom_with_noise_behind_its_preamble(tmp_path):
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM" + os.urandom(3000))
    assert "a.dcm" in _refusal(tmp_path / "a.dcm")


def test_series_is_only_for_dicom(tmp_path, volume):
    sitk.WriteImage(volume, str(tmp_path / "hip.nii"))
    assert "--series is for DICOM" in _refusal(tmp_path / "hip.nii", series="1")


@pytest.mark.parametrize("where", ["file", "folder"])
def test_no_permission(tmp_path, write_series, where):
    """The superuser may read everything, so as such the test reads as the user nobody."""
    folder = write_series(3)
    victim = folder if where == "folder" else next(folder.iterdir())
    victim.chmod(0)
    code = (
        "import sys; from HipLandmarksLib.imaging import read_image; from HipLandmarksLib.errors "
        "import ImageError; read_image\n"
        "import os\nif os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: read_image(sys.argv[1])\n"
        "except ImageError as error: print(error)"
    )
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents):
            if parent != victim and parent.owner() == "root" and parent.is_relative_to("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o755)
    result = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    victim.chmod(0o755)
    assert "you have no permission to read it" in result.stdout, result.stderr


def test_native_libraries_do_not_write_to_the_terminal(tmp_path, volume):
    """MetaIO, niftilib and ITK print on their own; the user sees our one sentence only."""
    for ending in (".mha", ".nii", ".nrrd"):
        path = tmp_path / f"cut{ending}"
        sitk.WriteImage(volume, str(path))
        path.write_bytes(path.read_bytes()[:2500])
    (tmp_path / "text.mha").write_text("NDims = 3\nhello\n")
    (tmp_path / "text.jpg").write_text("hello")
    sitk.WriteImage(volume, str(tmp_path / "odd.nii"))
    content = bytearray((tmp_path / "odd.nii").read_bytes())
    content[280:284] = b"\0\0\x40\x40"  # a scale in the matrix that contradicts the spacing
    (tmp_path / "odd.nii").write_bytes(content)
    code = (
        "import sys\nfrom HipLandmarksLib.imaging import read_image\n"
        "from HipLandmarksLib.errors import ImageError\n"
        "for path in sys.argv[1:]:\n"
        "    try: read_image(path)\n"
        "    except ImageError: pass\n"
        "print('done', file=sys.stderr)"
    )
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    result = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, check=True
    )
    assert len(files) == 6
    assert (result.stdout, result.stderr) == ("", "done\n")


def test_the_types_are_imported_without_the_readers():
    """Measuring and reviewing must not pay for SimpleITK, pydicom and Pillow."""
    code = (
        "import sys, HipLandmarksLib.imaging as imaging\n"
        "imaging.HipImage, imaging.Calibration\n"
        "print(sorted({'SimpleITK', 'pydicom', 'PIL', 'scipy', 'torch'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_every_public_name_can_be_imported():
    import HipLandmarksLib.imaging as imaging

    for name in imaging.__all__:
        assert getattr(imaging, name) is not None
    with pytest.raises(AttributeError):
        _ = imaging.no_such_name


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """A few bytes overwritten, mostly in the header; sometimes the end cut off."""
    damaged = bytearray(content)
    for _ in range(chance.choice([1, 2, 5, 20])):
        damaged[chance.randrange(chance.choice([len(damaged), 400]))] = chance.randrange(256)
    return bytes(damaged[: chance.randrange(len(damaged))] if chance.random() < 0.2 else damaged)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("ending", [".dcm", ".nii", ".nii.gz", ".nrrd", ".mha", ".png"])
def test_random_damage_gives_an_image_or_one_clear_error(tmp_path, volume, mr_slice, save, ending):
    """Whatever bytes are hit: no traceback of a library reaches the user."""
    source = tmp_path / f"source{ending}"
    if ending == ".dcm":
        save(mr_slice(0), source)
    else:
        image = sitk.Cast(volume[:, :, 0], sitk.sitkUInt8) if ending == ".png" else volume
        sitk.WriteImage(image, str(source))
    content, chance, refused = source.read_bytes(), random.Random(ending), 0
    for _ in range(60):
        (tmp_path / f"damaged{ending}").write_bytes(_damaged(content, chance))
        try:
            assert read_image(tmp_path / f"damaged{ending}").pixels.size > 0
        except ImageError:
            refused += 1
    assert refused > 0
