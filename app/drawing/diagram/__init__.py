"""Diagrams of neurons and networks, drawn as people draw them."""
