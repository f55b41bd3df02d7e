"""The views of recurrent nets."""
