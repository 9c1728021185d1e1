"""All measurements, one after the other; a name (`full_run`) asks that one only."""

import importlib
import sys

QUESTIONS = ("publish_ready", "pages", "full_run")


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in QUESTIONS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(QUESTIONS)}")
        return 2
    sys.argv = sys.argv[:1]
    for name in names or QUESTIONS:
        importlib.import_module(f"benchmarks.{name}").main()
        print(flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
