"""``python -m HipLandmarksLib.cli``: the console command without an installed script."""

import sys

from .main import main

sys.exit(main())
