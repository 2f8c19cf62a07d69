"""``python -m layerwise``: the same as the command ``layerwise``."""

from layerwise.authoring.command import main

if __name__ == "__main__":
    main()
