"""`python -m centralino.cli`."""

from centralino.cli.main import main

main()
