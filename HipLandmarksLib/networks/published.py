"""The networks of the two papers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .spec import NetworkSpec

_ALL_STAGES = (1, 2, 3, 4)


@dataclass(frozen=True)
class PublishedNetwork:
    """A network that a paper trained.

    Attributes:
        paper: 1 or 2.
        title: as a table shows it.
        spec: without uncertainty module; give it ``limbs`` to add one.
    """

    paper: int
    title: str
    spec: NetworkSpec


PUBLISHED: Mapping[str, PublishedNetwork] = MappingProxyType(
    {
        "unetplusplus-resnet18": PublishedNetwork(
            1, "UNet++ ResNet18", NetworkSpec("UnetPlusPlus", "resnet18")
        ),
        "unetplusplus-vgg16": PublishedNetwork(
            1, "UNet++ VGG16", NetworkSpec("UnetPlusPlus", "vgg16")
        ),
        "unet-mit_b1": PublishedNetwork(1, "UNet MiT-B1", NetworkSpec("Unet", "mit_b1")),
        "dpt-resnet18": PublishedNetwork(1, "DPT ResNet18", NetworkSpec("DPT", "tu-resnet18", 4)),
        "dpt-maxvit": PublishedNetwork(
            1, "DPT MaxViT-Base", NetworkSpec("DPT", "tu-maxvit_base_tf_512", 4)
        ),
        "hrnet-w18": PublishedNetwork(2, "HRNet-W18", NetworkSpec("HRNet", "hrnet_w18")),
        "hrnet-w32": PublishedNetwork(2, "HRNet-W32", NetworkSpec("HRNet", "hrnet_w32")),
        "hrnet-w18-srf": PublishedNetwork(
            2, "HRNet-W18 + SRF", NetworkSpec("HRNet", "hrnet_w18", srf=_ALL_STAGES)
        ),
        "hrnet-w32-srf": PublishedNetwork(
            2, "HRNet-W32 + SRF", NetworkSpec("HRNet", "hrnet_w32", srf=_ALL_STAGES)
        ),
        "higherhrnet-w32": PublishedNetwork(
            2, "HigherHRNet-W32", NetworkSpec("HigherHRNet", "hrnet_w32")
        ),
        "hourglass": PublishedNetwork(
            2, "Hourglass, 2 stacks", NetworkSpec("Hourglass", "stack2", 6)
        ),
    }
)
"""By short name. The papers' input is 512 x 512, which all of them take."""
