"""Style, blocks, pages and sheets: measuring and placing."""
