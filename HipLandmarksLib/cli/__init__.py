"""The console command ``hiplandmarks``: one file per subcommand, heavy imports on demand."""

from .main import main

__all__ = ["main"]
