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
SAVED = "fileSaved(qSlicerIO::IOProperties)"
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
            "Finds landmarks of both hips in AP radiographs of the pelvis and in coronal MRI, "
            "says how sure it is of each, and measures the angles and lengths of the hip. Choose "
            "an image or load a sample, press Detect, check the landmarks (least sure first), "
            "read the numbers: they follow every drag. Press F1 in a slice view for all keys. "
            "Research software, not a medical device. "
            'See the <a href="{url}">documentation</a>.'
        ).format(url=HOMEPAGE)
        self.parent.acknowledgementText = _(
            "Please cite Di Via et al., Automated Landmark Detection for Assessing Hip Conditions, "
            "ISBI 2026, arXiv:2601.18555, and Wan et al., UNSX-HRNet: Modeling Anatomical "
            "Uncertainty for Landmark Detection in Total Hip Arthroplasty, Computers in Biology "
            "and Medicine 2025, doi:10.1016/j.compbiomed.2025.111146."
        )
        self.parent.icon = qt.QIcon(str(resource_path("Icons", "HipLandmarks.svg")))
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData() -> None:
    """Offer simulated images in the Sample Data module; they are made here, not downloaded."""
    import SampleData

    samples = {"mri": _("Simulated hip MRI"), "xray": _("Simulated pelvis radiograph")}
    nothing = {"uris": [], "fileNames": [], "nodeNames": []}
    for kind, title in samples.items():
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="HipLandmarks",
            sampleName=title,
            **nothing,
            customDownloader=lambda source, kind=kind: [HipLandmarksLogic().addSample(kind)],
        )


@parameterNodeWrapper
class HipLandmarksParameterNode:
    """What the module remembers in the scene besides the studies, which keep themselves."""

    inputVolume: vtkMRMLScalarVolumeNode
    model: str = ""
    slice: str = "auto"
    singleHip: str = ""
    device: str = "auto"
    lockOthers: bool = True
    showEmpty: bool = False


class HipLandmarksWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel; its sections are in ``HipLandmarksLib.desktop.widgets``."""

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = self.panel = None
        self._parameterNode = None
        self._guiTag = None
        self._guiObservers = range(0)

    def setup(self) -> None:
        """Build the panel and connect it."""
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = HipLandmarksLogic()
        from HipLandmarksLib.resources import resource_path

        root = slicer.util.loadUI(str(resource_path("UI", "HipLandmarks.ui")))
        self.layout.addWidget(root)
        self.ui = slicer.util.childWidgetVariables(root)
        root.setMRMLScene(slicer.mrmlScene)
        self.ui.messageFrame.visible = self.ui.restoreFrame.visible = False
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        if slicer.app.layoutManager() is not None:
            slicer.app.layoutManager().connect("layoutChanged(int)", self.onLayoutChanged)
        slicer.app.coreIOManager().connect(SAVED, self.onFileSaved)
        if getattr(self.parent, "isEntered", False):
            self.enter()  # after Reload nobody else does

    def cleanup(self) -> None:
        """Called when the module widget is destroyed."""
        self.setParameterNode(None)
        self.removeObservers()
        if slicer.app.layoutManager() is not None:
            slicer.app.layoutManager().disconnect("layoutChanged(int)", self.onLayoutChanged)
        slicer.app.coreIOManager().disconnect(SAVED, self.onFileSaved)
        if self.panel is not None:
            from HipLandmarksLib.i18n import use_translator

            self.panel.close()
            self.panel = None
            use_translator(None)
        if self.logic is not None:
            self.logic.end()

    def onReload(self) -> None:
        """Load the library's files again, too."""
        names = [n for n in sys.modules if n == LIBRARY or n.startswith(f"{LIBRARY}.")]
        for name in names:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def enter(self) -> None:
        """Called each time the module is opened."""
        self.makePanel()
        self.initializeParameterNode()
        self.panel.enter()

    def exit(self) -> None:
        """Called each time another module is opened."""
        if self.panel is not None:
            self.panel.exit()
        self.setParameterNode(None)

    def makePanel(self) -> None:
        """Bring the widgets to life when they are first seen; loads NumPy, never torch."""
        if self.panel is None:
            from HipLandmarksLib.desktop.widgets import ModulePanel
            from HipLandmarksLib.i18n import use_translator

            use_translator(translate)
            self.panel = ModulePanel(self.ui, self.logic.session, lambda: self._parameterNode)
            self.logic.reopen()

    def onLayoutChanged(self, layout) -> None:
        """Other slice views may be there: the keys shall work in them, too."""
        if self.panel is not None and self._parameterNode is not None:
            self.panel.enter()

    def onFileSaved(self, properties) -> None:
        """The reviews in a scene that was saved need no autosave any more."""
        if self.panel is not None and str(properties["fileName"]).endswith((".mrb", ".mrml")):
            self.panel.scene_saved()

    def onSceneStartClose(self, caller, event) -> None:
        """The parameter node and the studies go with the scene."""
        self.setParameterNode(None)
        if self.panel is not None:
            self.panel.forget_scene()
        self.logic.close()

    def onSceneEndClose(self, caller, event) -> None:
        """Start afresh when the module is shown."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event) -> None:
        """A loaded scene may hold studies: make them live again."""
        if self.panel is None:
            return
        with self.panel.desk.messages.telling():
            self.logic.reopen()
        if self.parent.isEntered:
            self.setParameterNode(None)  # the loaded scene brought its own
            self.initializeParameterNode()

    def initializeParameterNode(self) -> None:
        """Use the scene's parameter node; take the first image when none is chosen."""
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            first = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
            if first:
                self._parameterNode.inputVolume = first

    def setParameterNode(self, parameterNode) -> None:
        """Connect the panel to ``parameterNode``, None to disconnect."""
        if self._parameterNode:
            self.disconnectGui()
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParameter)
        self._parameterNode = parameterNode
        if self._parameterNode:
            self.connectGui()
            self.addObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParameter)
            self.onParameter()

    def connectGui(self) -> None:
        """Connect the widgets with the parameter node, and know the observers of that.

        Before 5.12 Slicer's own disconnectGui leaves its observer on the node; Python's garbage
        collection clears what it calls as soon as the wrapper is let go of, such as after Reload,
        and the next event of the node ends Slicer.
        """
        before = self.nextObserverTag()
        self._guiTag = self._parameterNode.connectGui(self.ui)
        self._guiObservers = range(before, self.nextObserverTag())

    def disconnectGui(self) -> None:
        """Undo connectGui, whatever Slicer leaves."""
        self._parameterNode.disconnectGui(self._guiTag)
        for tag in self._guiObservers:
            self._parameterNode.RemoveObserver(tag)

    def nextObserverTag(self) -> int:
        """The tag that the next observer of the parameter node gets: VTK counts them."""
        node = self._parameterNode
        tag = node.AddObserver(vtk.vtkCommand.DeleteEvent, self.onParameter)
        node.RemoveObserver(tag)
        return tag + 1

    def onParameter(self, caller=None, event=None) -> None:
        """Another image was chosen, or a choice was made."""
        if self.panel is not None:
            self.panel.follow_choice()


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
            from HipLandmarksLib.session import HipSession

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

    def addSample(self, kind="mri"):
        """Add a simulated image (``mri`` or ``xray``) to the scene and return its volume node."""
        from HipLandmarksLib.desktop.packages import ensure_torch
        from HipLandmarksLib.session.samples import Sample, add_sample

        sample, waiting = Sample(kind), slicer.app.processEvents
        with slicer.util.WaitCursor():
            return add_sample(slicer.mrmlScene, sample, waiting, get_torch=ensure_torch)

    def reopen(self) -> None:
        """Make the studies of a loaded scene live again."""
        self.session.reopen()

    def close(self) -> None:
        """Stop following the scene."""
        if self._session is not None:
            self._session.close()

    def end(self) -> None:
        """Stop following the scene and let the worker go."""
        if self._session is not None:
            self._session.end()


class HipLandmarksTest(ScriptedLoadableModuleTest):
    """Self test on the simulated MRI with its exact landmarks; needs no network and no torch."""

    def setUp(self) -> None:
        """Start with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run all tests."""
        self.setUp()
        self.test_NumbersFollowAndAreUndone()

    def test_NumbersFollowAndAreUndone(self) -> None:
        """The table holds the phantom's angles, others after a point moved, and undo works."""
        logic = HipLandmarksLogic()
        from HipLandmarksLib.desktop.self_test import check_live_measurements, check_review

        check_live_measurements(logic.session)
        check_review(logic.session)
        logic.close()
        self.delayDisplay("Test passed")
