"""A reader of blocks, written from docs/block-format.md and docs/block-format-spans.md alone."""
