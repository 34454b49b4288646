"""From a trace to a picture: structure, layout, skeleton, fill."""
