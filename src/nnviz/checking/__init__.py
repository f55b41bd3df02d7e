"""A learner's numbers beside the right ones, and the mistakes that people make."""
