"""`python -m stepgrad` is `stepgrad`."""

from __future__ import annotations

import sys

from stepgrad.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
