"""HipLandmarks module of 3D Slicer: what the library does, shown in a panel.

Everything heavy is imported where it is used: opening this module needs neither NumPy nor torch.
No ``from __future__ import annotations`` here: the parameter node reads the real types.
"""

# ruff: noqa: N802, N803, N815 (names as in Slicer and Qt)

import importlib.util
import sys
from pathlib import Path

import qt
import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

LIBRARY = "HipLandmarksLib"
HOMEPAGE = "https://github.com/HipLandmarks/SlicerHipLandmarks"


def makeLibraryImportable() -> None:
    """In a source checkout the library lies one folder up; installed, it lies beside this file."""
    if importlib.util.find_spec(LIBRARY) is None:
        sys.path.append(str(Path(__file__).resolve().parents[1]))


class HipLandmarks(ScriptedLoadableModule):
    """Title, category, help and icon of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        makeLibraryImportable()
        from HipLandmarksLib.resources import resource_path

        self.parent.title = _("Hip Landmarks")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["Markups", "Tables"]
        self.parent.contributors = ["The HipLandmarks developers"]
        self.parent.helpText = _(
            "Finds landmarks of both hips in coronal MRI and measures alpha angle, lateral "
            "centre-edge angle, neck-shaft angle and femoral offset. Points that you add give "
            "the other angles and lengths of the hip. All numbers follow while a landmark is "
            "dragged. Research software, not a medical device. "
            'See the <a href="{url}">documentation</a>.'
        ).format(url=HOMEPAGE)
        self.parent.acknowledgementText = _(
            "Please cite the two papers named in the documentation when you use this module."
        )
        self.parent.icon = qt.QIcon(str(resource_path("Icons", "HipLandmarks.svg")))
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData() -> None:
    """Offer the simulated hip MRI in the Sample Data module; it is made here, not downloaded."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="HipLandmarks",
        sampleName="Simulated hip MRI",
        uris=[],
        fileNames=[],
        nodeNames=[],
        customDownloader=lambda source: [HipLandmarksLogic().addSample()],
    )


@parameterNodeWrapper
class HipLandmarksParameterNode:
    """What the module remembers in the scene."""

    inputVolume: vtkMRMLScalarVolumeNode


class HipLandmarksWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: choose an MRI, detect, read the table."""

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._parameterNode = None
        self._guiTag = None

    def setup(self) -> None:
        """Build the panel and connect it."""
        ScriptedLoadableModuleWidget.setup(self)
        from HipLandmarksLib.resources import resource_path

        panel = slicer.util.loadUI(str(resource_path("UI", "HipLandmarks.ui")))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = HipLandmarksLogic()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        self.ui.detectButton.connect("clicked(bool)", self.onDetect)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        """Called when the module widget is destroyed."""
        self.removeObservers()
        self.setParameterNode(None)
        self.logic.close()

    def onReload(self) -> None:
        """Load the library's files again, too."""
        names = [n for n in sys.modules if n == LIBRARY or n.startswith(f"{LIBRARY}.")]
        for name in names:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def enter(self) -> None:
        """Called each time the module is opened."""
        self.initializeParameterNode()

    def exit(self) -> None:
        """Called each time another module is opened."""
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event) -> None:
        """The parameter node and the studies go with the scene."""
        self.setParameterNode(None)
        self.logic.close()

    def onSceneEndClose(self, caller, event) -> None:
        """Start afresh when the module is shown."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event) -> None:
        """A loaded scene may hold studies: make them live again."""
        with slicer.util.tryWithErrorDisplay(_("The hip study could not be reopened.")):
            self.logic.reopen()
            self.updatePanel()

    def initializeParameterNode(self) -> None:
        """Use the scene's parameter node; take the first volume when none is chosen."""
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            first = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
            if first:
                self._parameterNode.inputVolume = first

    def setParameterNode(self, parameterNode) -> None:
        """Connect the panel to ``parameterNode``, None to disconnect."""
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.updatePanel)
        self._parameterNode = parameterNode
        if self._parameterNode:
            self._guiTag = self._parameterNode.connectGui(self.ui)
            self.addObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.updatePanel)
            self.updatePanel()

    def updatePanel(self, caller=None, event=None) -> None:
        """Show the table of the chosen volume; Detect needs a volume."""
        volume = self._parameterNode.inputVolume if self._parameterNode else None
        self.ui.detectButton.enabled = volume is not None
        self.ui.detectButton.toolTip = (
            _("Find the landmarks and measure both hips.")
            if volume
            else _("Choose a hip MRI first.")
        )
        self.ui.measurementTableView.setMRMLTableNode(self.logic.tableNode(volume))

    def onDetect(self, checked=False) -> None:
        """Run the detection; it occupies Slicer until it is done, and the status says so."""
        volume = self._parameterNode.inputVolume
        with slicer.util.tryWithErrorDisplay(
            _("The landmarks could not be found."), waitCursor=True
        ):
            self.showStatus(_("Starting. Slicer does not respond until the detection is done."))
            try:
                detection = self.logic.detect(volume, self.showProgress)
            except Exception:
                self.showStatus(_("The detection failed; the scene was not changed."))
                raise
            text = _("Landmarks by {model} on {device} in {seconds:.1f} s. Check every point.")
            self.showStatus(
                text.format(
                    model=detection.model, device=detection.device, seconds=detection.seconds
                )
            )
            self.updatePanel()
            self.logic.showVolume(volume)

    def showProgress(self, stage, done, total) -> None:
        """Tell how far the detection is."""
        text = _("Detecting: {done} of {total} slices. Slicer does not respond until it is done.")
        self.showStatus(text.format(done=done, total=total))

    def showStatus(self, text) -> None:
        """Show ``text`` at once, even while Slicer is busy."""
        self.ui.statusLabel.text = text
        self.ui.statusLabel.repaint()


class HipLandmarksLogic(ScriptedLoadableModuleLogic):
    """The module without its panel, for scripts."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        makeLibraryImportable()
        self._session = None

    @property
    def session(self):
        """The live studies of the scene (made when first needed)."""
        if self._session is None:
            from HipLandmarksLib.desktop import HipSession

            self._session = HipSession(slicer.mrmlScene)
        return self._session

    def getParameterNode(self):
        """The typed parameter node of the scene."""
        return HipLandmarksParameterNode(super().getParameterNode())

    def detect(self, volumeNode, progress=None):
        """Find the landmarks in a volume; installs missing packages after asking."""
        from HipLandmarksLib.desktop import ensure_detection_packages

        ensure_detection_packages()
        return self.session.detect(volumeNode, progress)

    def tableNode(self, volumeNode):
        """Table of the volume's study, None when it has none."""
        study = self._session.study(volumeNode) if self._session else None
        return study.table_node if study else None

    def showVolume(self, volumeNode) -> None:
        """Show the volume in the slice views, at the first landmark that has a position."""
        if slicer.app.layoutManager() is None:
            return
        slicer.util.setSliceViewerLayers(background=volumeNode, fit=True, rotateToVolumePlane=True)
        study = self.session.study(volumeNode)
        placed = [p.position for p in study.landmarks.values() if p.position] if study else []
        if placed:
            x, y, z = placed[0]
            slicer.modules.markups.logic().JumpSlicesToLocation(-x, -y, z, False)

    def addSample(self):
        """Add the simulated hip MRI to the scene and return its volume node."""
        from HipLandmarksLib.scene import add_volume
        from HipLandmarksLib.synthesis import make_phantom

        with slicer.util.WaitCursor():
            return add_volume(slicer.mrmlScene, make_phantom().image)

    def reopen(self) -> None:
        """Make the studies of a loaded scene live again."""
        self.session.reopen()

    def close(self) -> None:
        """Stop following the scene."""
        if self._session is not None:
            self._session.close()


class HipLandmarksTest(ScriptedLoadableModuleTest):
    """Self test on the simulated MRI with its exact landmarks; needs no network and no torch."""

    def setUp(self) -> None:
        """Start with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run all tests."""
        self.setUp()
        self.test_MeasurementsFollowALandmark()

    def test_MeasurementsFollowALandmark(self) -> None:
        """The table holds the phantom's alpha angle, and another one after a point moved."""
        logic = HipLandmarksLogic()
        from HipLandmarksLib.desktop.self_test import check_live_measurements

        check_live_measurements(logic.session)
        logic.close()
        self.delayDisplay("Test passed")
