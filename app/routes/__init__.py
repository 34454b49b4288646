"""The addresses. A route reads the request, asks the pipeline and says how the answer may be kept; nothing else."""
