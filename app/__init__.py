"""The service: HTTP, files, processes and English around the engine."""
