"""Set up, start, test or check the whole project: `python3 run.py` and, for the other words, `python3 run.py -h`."""

import os
import sys

# This file alone is written so that an old Python gets far enough to say what is wrong; the rest is in launch/.
NEEDED = (3, 11)

if sys.version_info < NEEDED:
    sys.stderr.write(
        "Python {0}.{1} or newer is needed; this is {2}.{3}, {4}\n".format(
            NEEDED[0], NEEDED[1], sys.version_info[0], sys.version_info[1], sys.executable
        )
    )
    sys.exit(1)
if os.name != "posix":
    sys.stderr.write("Linux or macOS is needed; on Windows, start this inside WSL.\n")
    sys.exit(1)

if __name__ == "__main__":
    from launch.words import main

    sys.exit(main(sys.argv[1:]))
