"""`python -m hub.cli` is the command `hub`."""

from hub.cli import main

if __name__ == "__main__":
    main()
