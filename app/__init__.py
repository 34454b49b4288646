"""The service: HTTP, files, processes and English around the engine."""

__version__ = "0.1.0"
