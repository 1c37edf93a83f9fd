"""The front door: configuration, wiring, supervisor, command line, pages, database, bus."""

__version__ = "0.1.0"
