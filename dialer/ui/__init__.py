"""Windows, models, and the worker that places calls on its thread."""
