"""Arrays as cells, as pictures, elided, as thumbnails."""
