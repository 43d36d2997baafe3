"""Errors that a user can act on: one sentence that says what is wrong and what to do."""


class HipLandmarksError(Exception):
    """Base of every error that is shown to a user as it stands, without a traceback."""


class ImageError(HipLandmarksError):
    """The image cannot be used: missing, corrupt, empty, of the wrong kind or orientation."""


class CalibrationError(HipLandmarksError):
    """A marker, a known length or a magnification cannot calibrate the image."""


class ModelError(HipLandmarksError):
    """The model bundle cannot be used: missing, altered, incomplete or of another format."""


class LandmarkFileError(HipLandmarksError):
    """A landmark file cannot be read or contradicts the landmark table."""


class ConfigurationError(HipLandmarksError):
    """A parameter or configuration file is invalid."""


class TrainingError(HipLandmarksError):
    """A training cannot go on, although its configuration and data could be read."""


class UncertaintyError(HipLandmarksError):
    """A model's doubt cannot be calibrated or applied: too little data, or damaged numbers."""


class MissingDependencyError(HipLandmarksError):
    """An optional package is needed for this step and is not installed."""


class WorkerError(HipLandmarksError):
    """The process that runs the model cannot be started, ended by itself or ran out of memory."""


class ExplorationError(HipLandmarksError):
    """Something of a hip in space cannot be found in this volume; the sentence says why."""
