"""stepgrad's engine: expression graphs, backpropagation as a story, and the language people type."""
