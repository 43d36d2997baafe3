"""A walk through the whole panel in a real Slicer: no network; PyTorch only where it is there.

Every step is what a person does: buttons, choices, keys by their commands, drags of points. Where
``HIPLANDMARKS_SCREENSHOTS`` names a folder, pictures of the window are kept there.
"""

import os
import tempfile
import time
import unittest
from pathlib import Path

import slicer

LONGEST_S = 600.0
RIGHT = "right"


class HipLandmarksWalk(unittest.TestCase):
    """Load, review, measure, correct, save and reload; then films, then detection."""

    @classmethod
    def setUpClass(cls):
        """The simulated MRI and its exact landmarks are computed once."""
        slicer.util.selectModule("HipLandmarks")
        from HipLandmarksLib.session.samples import Sample, sample_case

        cls.image, cls.landmarks = sample_case(Sample.MRI, Path())

    def setUp(self):
        """The module is opened on an empty scene."""
        slicer.mrmlScene.Clear(0)
        slicer.util.selectModule("HipLandmarks")
        self.widget = slicer.modules.HipLandmarksWidget
        self.ui = self.widget.ui
        self.turn()

    def tearDown(self):
        """Nothing is left for the next test."""
        slicer.mrmlScene.Clear(0)
        self.turn()

    def test_1_an_empty_panel_says_what_to_do(self):
        """Detect waits for an image; the sample is one."""
        self.assertFalse(self.ui.detect.enabled)
        self.assertEqual(self.ui.landmarks.rowCount, 0)
        self.picture("empty")
        self.press("sampleMri")
        self.assertIsNotNone(self.widget.panel.desk.volume, self.ui.messageLabel.text)
        self.assertTrue(self.ui.detect.enabled)

    def test_2_the_sample_is_measured_and_follows_a_drag(self):
        """The table shows the geometry of the points; undo brings the number back."""
        self.load_sample()
        before = self.alpha()
        self.assertIn("°", before)
        self.drag("LCP", up=6.0)
        self.assertNotEqual(self.alpha(), before)
        self.command("UNDO")
        self.assertEqual(self.alpha(), before)
        self.command("REDO")
        self.assertNotEqual(self.alpha(), before)
        self.picture("dragged")

    def test_3_a_point_that_is_absent_takes_its_numbers_with_it(self):
        """And comes back with reset."""
        self.load_sample()
        before = self.alpha()
        self.go_to("LCP")
        self.command("ABSENT")
        self.assertNotIn("°", self.alpha())
        self.command("RESET")
        self.assertEqual(self.alpha(), before)

    def test_4_review_reference_line_and_definition(self):
        """Accepting goes on; another reference line changes numbers; a click explains one."""
        self.load_sample()
        open_before = self.editor.open_count
        self.command("NEXT_LEAST_SURE")
        self.command("ACCEPT")
        self.assertEqual(self.editor.open_count, open_before - 1)
        self.choose("reference", "fhc")
        self.assertEqual(self.study.settings.reference.value, "fhc")
        self.ui.results.setCurrentCell(0, 0)
        self.turn()
        self.assertTrue(self.ui.definitionFrame.visible)
        self.press("copy")
        self.assertIn("Alpha angle", slicer.app.clipboard().text())
        self.picture("definition")

    def test_5_saving_and_loading_brings_everything_back(self):
        """Points, numbers, choices and the undo history."""
        self.load_sample()
        self.drag("LCP", up=6.0)
        self.choose("edge", "sourcil")
        shown = self.table()
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "study.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            self.turn()
            self.assertEqual(self.ui.results.rowCount, 0)
            slicer.util.loadScene(path)
            self.turn()
        self.assertEqual(self.table(), shown)
        self.command("UNDO")
        self.assertNotEqual(self.table(), shown)

    def test_6_two_studies_in_one_scene(self):
        """The next case and back."""
        first, second = self.load_sample(), self.load_sample()
        self.widget.panel.other_case(1)
        self.turn()
        self.assertEqual(self.widget.panel.desk.volume.GetID(), first.GetID())
        self.widget.panel.other_case(-1)
        self.turn()
        self.assertEqual(self.widget.panel.desk.volume.GetID(), second.GetID())

    def test_7_a_film_that_slicer_loads_is_set_right(self):
        """Slicer lays it into the axial plane; a badge tells that it was repaired."""
        from HipLandmarksLib.imaging import SpacingProvenance
        from HipLandmarksLib.scene import image_of_volume, repairs_of

        with tempfile.TemporaryDirectory() as folder:
            film = slicer.util.loadVolume(str(write_film(Path(folder) / "film.dcm")))
            self.ui.volume.setCurrentNode(film)
            self.turn()
            image = image_of_volume(film)
        self.assertEqual(image.orientation, "coronal")
        self.assertEqual([round(step, 3) for step in image.spacing[:2]], [0.4, 0.5])
        self.assertIs(image.calibration.provenance, SpacingProvenance.DETECTOR_PLANE)
        self.assertTrue(repairs_of(film))
        self.picture("film")

    def test_8_closing_the_scene_empties_the_panel(self):
        """And another image can be loaded."""
        self.load_sample()
        slicer.mrmlScene.Clear(0)
        self.turn()
        self.assertEqual(self.ui.landmarks.rowCount, 0)
        self.load_sample()
        self.assertGreater(self.ui.results.rowCount, 0)

    def test_9_detection_in_the_worker(self):
        """The window lives meanwhile; needs PyTorch, which a test never installs."""
        from HipLandmarksLib.session.requirements import missing_packages

        missing = missing_packages()
        if missing:
            self.skipTest(f"detection was NOT tested: {', '.join(missing)} are not installed")
        self.load_sample()
        self.press("detect")
        self.assertEqual(self.ui.detect.text, "Cancel")
        self.wait_for(lambda: not self.ui.progressBar.visible)
        self.assertGreaterEqual(self.ui.landmarks.rowCount, 12)
        self.assertTrue(self.ui.showDoubt.enabled)
        self.press("showDoubt")
        self.picture("doubt")

    @property
    def study(self):
        """The study that is shown."""
        return self.widget.panel.desk.study

    @property
    def editor(self):
        """Its review."""
        return self.widget.panel.review.editor

    def load_sample(self):
        """The simulated MRI with its exact landmarks; returns its volume."""
        from HipLandmarksLib.scene import add_volume

        panel = self.widget.panel
        volume = add_volume(slicer.mrmlScene, self.image)
        panel.desk.session.show(volume, self.landmarks)
        panel.study.choose(volume)
        self.turn()
        self.assertIsNotNone(self.study, self.ui.messageLabel.text)
        return volume

    def turn(self):
        """Some turns of the event loop."""
        for _ in range(3):
            slicer.app.processEvents()

    def press(self, name):
        """Press a button or toggle a box."""
        getattr(self.ui, name).click()
        self.turn()

    def choose(self, box, option):
        """Choose an option of a combo box by its id."""
        combo = getattr(self.ui, box)
        index = combo.findData(option)
        self.assertGreaterEqual(index, 0, option)
        combo.currentIndex = index
        combo.activated.emit(index)
        self.turn()

    def command(self, name):
        """A command of the review by its button, else as its key does it."""
        from HipLandmarksLib.review import Command

        review = self.widget.panel.review
        button = review.buttons.get(Command[name])
        if button is not None:
            button.click()
        else:
            review.press_key(Command[name], None)
        self.turn()

    def go_to(self, key):
        """Choose a landmark of the right hip in the list."""
        for row in range(self.ui.landmarks.rowCount):
            texts = [
                self.ui.landmarks.item(row, column).text()
                for column in range(self.ui.landmarks.columnCount)
            ]
            if key in texts and RIGHT in texts:
                self.ui.landmarks.setCurrentCell(row, 0)
                self.turn()
                return
        self.fail(f"{key} is not in the list")

    def drag(self, key, up):
        """Move a point of the right hip upwards in steps, as the mouse does."""
        from HipLandmarksLib.anatomy import Side

        node = self.study.points_node(Side.RIGHT)
        index = node.GetControlPointIndexByLabel(key)
        r, a, s = node.GetNthControlPointPosition(index)
        node.InvokeEvent(node.PointStartInteractionEvent)
        for step in range(1, 5):
            node.SetNthControlPointPosition(index, r, a, s + up * step / 4)
        node.InvokeEvent(node.PointEndInteractionEvent)
        self.turn()

    def alpha(self):
        """The alpha angle of the right hip as the table shows it."""
        return next(row[1] for row in self.table() if row[0] == "Alpha angle")

    def table(self):
        """All texts of the measurement table."""
        table = self.ui.results
        return [
            [table.item(row, column).text() for column in range(table.columnCount)]
            for row in range(table.rowCount)
        ]

    def wait_for(self, condition):
        """Turn the event loop until something is so."""
        end = time.monotonic() + LONGEST_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came to an end")
            slicer.app.processEvents()
            time.sleep(0.02)

    def picture(self, name):
        """Keep a picture of the window where pictures are wanted."""
        folder = os.environ.get("HIPLANDMARKS_SCREENSHOTS")
        window = slicer.util.mainWindow() if folder else None
        if window is not None:
            self.turn()
            window.grab().save(str(Path(folder) / f"{name}.png"))


def write_film(path):
    """A small AP film in a DICOM file: rows 0.5 mm apart, columns 0.4 mm, on the detector."""
    import numpy as np
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset

    pixels = np.random.default_rng(0).integers(100, 900, (120, 160)).astype(np.uint16)
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    film.SOPClassUID = pydicom.uid.DigitalXRayImageStorageForPresentation
    film.SOPInstanceUID, film.SeriesInstanceUID = (pydicom.uid.generate_uid() for _ in range(2))
    film.Modality, film.ViewPosition = "DX", "AP"
    film.Rows, film.Columns = pixels.shape
    film.SamplesPerPixel, film.PhotometricInterpretation = 1, "MONOCHROME2"
    film.BitsAllocated = film.BitsStored = 16
    film.HighBit, film.PixelRepresentation = 15, 0
    film.ImagerPixelSpacing, film.PatientOrientation = [0.5, 0.4], ["L", "F"]
    film.PixelData = pixels.tobytes()
    pydicom.dcmwrite(path, film, enforce_file_format=True)
    return path


if __name__ == "__main__":
    unittest.main()
