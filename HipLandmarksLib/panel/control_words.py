"""Labels and tooltips of sections and controls."""

from __future__ import annotations

from collections.abc import Mapping

from ..i18n import tr as _
from .controls import Control, Section
from .words import Words


def research_notice() -> str:
    """Stands wherever numbers are shown."""
    return _("Research software, not a medical device. No class is a diagnosis.")


def section_words(section: Section) -> Words:
    """Title and tooltip of a section."""
    return {
        Section.STUDY: Words(_("Study"), _("The image, and how far it can be trusted.")),
        Section.DETECT: Words(_("Detect"), _("Let a model find the landmarks of both hips.")),
        Section.REVIEW: Words(
            _("Review"), _("Check every landmark, the least sure ones first, and correct it.")
        ),
        Section.MEASUREMENTS: Words(
            _("Measurements"), _("All numbers; they follow while a landmark is dragged.")
        ),
        Section.EXPLORER: Words(
            _("Slices"), _("Every slice of an MRI: angles, head, neck, coverage, clock face.")
        ),
        Section.COMPARISON: Words(
            _("Comparison"), _("The same measurements of two images of one patient.")
        ),
        Section.OVERLAY: Words(
            _("Overlay"), _("Show on the image how sure the model is of its landmarks.")
        ),
        Section.CALIBRATION: Words(
            _("Calibration"), _("Give a film true millimetres by a ball, a ruler or a factor.")
        ),
        Section.ADVANCED: Words(
            _("Advanced"), _("Patient, further points, keys and the folder of models.")
        ),
    }[section]


def control_words(control: Control) -> Words:
    """Label and tooltip of a control."""
    return {
        Section.STUDY: _study,
        Section.DETECT: _detect,
        Section.REVIEW: _review,
        Section.MEASUREMENTS: _measurements,
        Section.EXPLORER: _explorer,
        Section.COMPARISON: _comparison,
        Section.OVERLAY: _overlay,
        Section.CALIBRATION: _calibration,
        Section.ADVANCED: _advanced,
    }[control.section]()[control]


def _study() -> Mapping[Control, Words]:
    return {
        Control.VOLUME: Words(
            _("Image"), _("Coronal MRI, or AP radiograph of the pelvis, to read and measure.")
        ),
        Control.OPEN_FILM: Words(
            _("Open film or MRI…"),
            _("Open a file or a DICOM folder with the side, pixel size and calibration it states."),
        ),
        Control.SAMPLE_MRI: Words(
            _("Sample MRI"), _("Load a simulated MRI of both hips; it shows no patient.")
        ),
        Control.SAMPLE_XRAY: Words(
            _("Sample X-ray"), _("Load a simulated radiograph of the pelvis; it shows no patient.")
        ),
    }


def _detect() -> Mapping[Control, Words]:
    return {
        Control.MODEL: Words(_("Model"), _("Which model finds the landmarks.")),
        Control.MODEL_CARD: Words(
            _("About the model…"),
            _("What the model was trained on, how good it is, and where it fails."),
        ),
        Control.GET_MODEL: Words(
            _("Get model…"), _("Download the chosen model; its file is checked before it is used.")
        ),
        Control.SLICE: Words(_("Slice"), _("On which slice of an MRI the hips are read.")),
        Control.SINGLE_HIP: Words(
            _("Single hip"), _("Which hip a film of one hip shows, when its file does not say.")
        ),
        Control.DEVICE: Words(_("Device"), _("Processor on which the model runs.")),
        Control.DETECT: Words(
            _("Detect landmarks"),
            _("Find the landmarks and measure both hips. You can go on working meanwhile."),
        ),
        Control.CANCEL: Words(_("Cancel"), _("Stop the detection; the scene stays as it is.")),
    }


def _review() -> Mapping[Control, Words]:
    return {
        Control.LANDMARKS: Words(
            _("Landmarks"),
            _("Least sure first. Click a landmark, and the views jump there."),
        ),
        Control.LOCK_OTHERS: Words(
            _("Lock the other points"),
            _("Only the chosen landmark can be moved, so that no other one moves by accident."),
        ),
        Control.RESTORE: Words(
            _("Restore my review"), _("Take up the review that was open when the program ended.")
        ),
        Control.DISCARD: Words(
            _("Discard it"), _("Delete the review that was kept; the scene stays as it is.")
        ),
    }


def _measurements() -> Mapping[Control, Words]:
    return {
        Control.RESULTS: Words(
            _("Results"),
            _("Click a measurement, and its construction and definition are shown."),
        ),
        Control.REFERENCE: Words(
            _("Reference line"), _("The line of the pelvis against which angles are measured.")
        ),
        Control.EDGE: Words(
            _("Acetabular edge"), _("What the landmark LAE marks; the LCE angle is named after it.")
        ),
        Control.THRESHOLDS: Words(
            _("Thresholds"), _("The published limits with which values are compared.")
        ),
        Control.SHOW_EMPTY: Words(
            _("Show what is not measured"),
            _("Also list the measurements whose landmarks nobody has placed."),
        ),
        Control.DRAW: Words(
            _("Draw in the views"), _("Draw the construction of the chosen measurement.")
        ),
        Control.COPY: Words(
            _("Copy"), _("Copy the table to the clipboard, to paste into a spreadsheet.")
        ),
        Control.SAVE_CSV: Words(
            _("Save CSV…"), _("Save every number with its side, unit, source and calibration.")
        ),
    }


def _explorer() -> Mapping[Control, Words]:
    return {
        Control.EXPLORER_VIEWS: Words(
            _("Show slices, plots and 3D"), _("Arrange the views for the whole MRI.")
        ),
        Control.FOLLOW_VIEWS: Words(
            _("Follow the slice views"),
            _("Points and numbers become those of the slice to which a view is scrolled."),
        ),
        Control.SLICES: Words(
            _("Angles on every slice"), _("Click a slice: views, points and numbers jump there.")
        ),
        Control.TAKE_RIGHT: Words(
            _("Measure right hip here"), _("Take the chosen slice for the right hip.")
        ),
        Control.TAKE_LEFT: Words(
            _("Measure left hip here"), _("Take the chosen slice for the left hip.")
        ),
        Control.TAKE_SUGGESTED: Words(
            _("Suggested slices"), _("Measure both hips on the slices that were suggested.")
        ),
        Control.TAKE_CENTRE: Words(
            _("Head centre by the sphere"),
            _("Put FHC of both hips on the sphere through all slices; it can be undone."),
        ),
        Control.SPACE_SPHERE: Words(_("Sphere"), _("Show the sphere of the head in 3D.")),
        Control.SPACE_NECK: Words(_("Neck axis"), _("Show the axis of the neck in 3D.")),
        Control.SPACE_RIM: Words(_("Roof"), _("Show the edge of the roof over the head in 3D.")),
        Control.SPACE_CONTOUR: Words(
            _("Radial contour"), _("Show the contour of the chosen radial plane.")
        ),
        Control.CLOCK: Words(
            _("Alpha by the clock"),
            _("Planes through the neck: 12 is superior, 3 anterior on both sides. Click one."),
        ),
    }


def _comparison() -> Mapping[Control, Words]:
    return {
        Control.COMPARE_WITH: Words(
            _("Compare with"), _("Another image of the same patient whose landmarks are known.")
        ),
        Control.SIDE_BY_SIDE: Words(
            _("Show side by side"),
            _("Both images beside each other; zoom and place follow by the head centres."),
        ),
        Control.COMPARED: Words(
            _("Differences"), _("Click a measurement: both images show its hip.")
        ),
        Control.COPY_COMPARED: Words(
            _("Copy the comparison"), _("Copy this table to the clipboard, for a spreadsheet.")
        ),
    }


def _overlay() -> Mapping[Control, Words]:
    return {
        Control.SHOW_DOUBT: Words(
            _("Show the model's doubt"), _("Switch the whole overlay on or off.")
        ),
        Control.OPACITY: Words(_("Opacity"), _("How much of the image the map covers.")),
        Control.PART_MAP: Words(_("Map"), _("Colours where the model is in doubt.")),
        Control.PART_ELLIPSES: Words(
            _("Regions"), _("Ellipses in which the model expects each landmark.")
        ),
        Control.PART_SIGNS: Words(
            _("Signs"), _("A sign at each landmark for the error that is expected of it.")
        ),
        Control.PART_LIMBS: Words(
            _("Limbs"), _("Lines between landmarks, wider where the image bears them out.")
        ),
        Control.MAP_OF: Words(_("Map of"), _("Whether landmarks, limbs or both give the map.")),
        Control.MAP_MEASURE: Words(_("Measure"), _("What the colours of the map stand for.")),
        Control.MAP_LANDMARK: Words(
            _("Landmark"), _("Show the doubt about one landmark only, or about all.")
        ),
    }


def _calibration() -> Mapping[Control, Words]:
    return {
        Control.METHOD: Words(_("Calibrate by"), _("What gives the film its true size.")),
        Control.SIZE: Words(_("True size"), _("True size of the object, or the magnification.")),
        Control.MARK: Words(_("Mark on the film"), _("Then click on the film as it is told.")),
        Control.UNMARK: Words(_("Take back"), _("Remove the last mark.")),
        Control.APPLY: Words(
            _("Apply"), _("Measure all lengths with this calibration; no landmark moves.")
        ),
    }


def _advanced() -> Mapping[Control, Words]:
    return {
        Control.SEX: Words(_("Sex"), _("For limits that differ between women and men.")),
        Control.AGE: Words(_("Age"), _("In years; below 16 the limits for adults are off.")),
        Control.OPEN_PHYSES: Words(
            _("Growth plates are open"), _("The limits for adults are off at any age.")
        ),
        Control.READER_SD: Words(
            _("Scatter of your points"),
            _("Standard deviation per axis, at the hip: what you place has intervals by it."),
        ),
        Control.EXTRA_POINTS: Words(
            _("Measure with further points"),
            _("Also measure what needs walls, symphysis and other points that you place."),
        ),
        Control.KEYS: Words(_("Keys"), _("All keys; they work while a slice view has the focus.")),
        Control.MODELS_FOLDER: Words(
            _("Folder of models"), _("Where your own and downloaded models lie; you may clear it.")
        ),
    }
