"""HipLandmarks: landmarks, measurements and honest doubt for hip MRI and pelvic radiographs.

Research software, not a medical device. Importing this package loads neither torch, vtk nor
Slicer; import the subpackage that is needed.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
