"""``python -m tensorlite``, the same as ``tensorlite``."""

from tensorlite.cli import main

if __name__ == "__main__":
    main()
