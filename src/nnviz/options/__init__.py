"""How anything declares its options, once."""
