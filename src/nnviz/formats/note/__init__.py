"""A trace as a note: headings, text, equations, tables, which Markdown and LaTeX write."""
