"""Write the golden files."""

import sys
from pathlib import Path

from tests.generate.golden import FOLDER, write

write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
